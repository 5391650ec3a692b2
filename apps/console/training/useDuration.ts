import { useCallback } from 'react'
import { useIntl } from 'react-intl'

/** Seconds in the unit that people would say: below two minutes seconds, below two hours minutes, else hours. */
export function useDuration(): (seconds: number) => string {
  const { formatNumber } = useIntl()
  return useCallback(
    (seconds) => {
      const [value, unit] =
        seconds < 120 ? [seconds, 'second'] : seconds < 7200 ? [seconds / 60, 'minute'] : [seconds / 3600, 'hour']
      return formatNumber(value, {
        style: 'unit',
        unit,
        unitDisplay: 'short',
        maximumFractionDigits: value < 10 ? 1 : 0,
      })
    },
    [formatNumber],
  )
}
