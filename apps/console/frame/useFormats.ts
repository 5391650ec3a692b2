import { useCallback } from 'react'
import { useIntl } from 'react-intl'

/** An instant of the server as date and time of the reader. */
export function useWhen(): (instant: string) => string {
  const { formatDate } = useIntl()
  return useCallback(
    (instant) =>
      formatDate(instant, { day: '2-digit', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' }),
    [formatDate],
  )
}

/** A share as whole per cent. */
export function usePercent(): (share: number) => string {
  const { formatNumber } = useIntl()
  return useCallback((share) => formatNumber(share, { style: 'percent', maximumFractionDigits: 0 }), [formatNumber])
}
