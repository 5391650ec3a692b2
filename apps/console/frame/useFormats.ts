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

/** The day alone: what is shown of a recording, whose minute could tell who was there. */
export function useDay(): (instant: string) => string {
  const { formatDate } = useIntl()
  return useCallback(
    (instant) => formatDate(instant, { day: '2-digit', month: 'short', year: 'numeric' }),
    [formatDate],
  )
}

/** A share as whole per cent. */
export function usePercent(): (share: number) => string {
  const { formatNumber } = useIntl()
  return useCallback((share) => formatNumber(share, { style: 'percent', maximumFractionDigits: 0 }), [formatNumber])
}

/** A number of bytes in the largest unit that leaves at least 1. */
export function useBytes(): (bytes: number) => string {
  const { formatNumber } = useIntl()
  return useCallback(
    (bytes) => {
      const step = Math.min(3, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
      const unit = (['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const)[step] ?? 'byte'
      return formatNumber(bytes / 1000 ** step, { style: 'unit', unit, maximumFractionDigits: step === 0 ? 0 : 1 })
    },
    [formatNumber],
  )
}
