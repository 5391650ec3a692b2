import { TextInput } from '@mantine/core'
import type { RecordingFilters } from '@spira/shared/protocol/recordingFilters.ts'
import { useEffect, useRef, useState } from 'react'
import { useText } from '../catalogue.ts'
import styles from './DayRange.module.css'

export type Days = Pick<RecordingFilters, 'dayFrom' | 'dayTo'>

interface DayRangeProps {
  readonly days: Days
  /** Only what changed. */
  readonly onChange: (changed: Days) => void
}

/** While a year is typed it begins with zeros: such a day is not asked for. */
const [EARLIEST, LATEST] = ['1900-01-01', '2199-12-31']

/** From a day until another, both within; either may be left open. */
export function DayRange({ days: { dayFrom, dayTo }, onChange }: DayRangeProps) {
  const text = useText()
  return (
    <div className={styles.days}>
      <DayField
        label={text('days.from')}
        day={dayFrom}
        min={EARLIEST}
        max={dayTo ?? LATEST}
        onChange={(day) => onChange({ dayFrom: day })}
        testId="day-from"
      />
      <DayField
        label={text('days.to')}
        day={dayTo}
        min={dayFrom ?? EARLIEST}
        max={LATEST}
        onChange={(day) => onChange({ dayTo: day })}
        testId="day-to"
      />
    </div>
  )
}

interface DayFieldProps {
  readonly label: string
  readonly day: string | undefined
  readonly min: string
  readonly max: string
  readonly onChange: (day: string | undefined) => void
  readonly testId: string
}

function DayField({ label, day, min, max, onChange, testId }: DayFieldProps) {
  const text = useText()
  const field = useRef<HTMLInputElement>(null)
  const [isOutside, setIsOutside] = useState(false)
  useEffect(() => {
    // Who is typing is not interrupted.
    if (field.current !== null && document.activeElement !== field.current) field.current.value = day ?? ''
  }, [day])
  return (
    <TextInput
      ref={field}
      type="date"
      label={label}
      min={min}
      max={max}
      defaultValue={day ?? ''}
      error={isOutside && text('days.outside')}
      onChange={({ currentTarget: { value, validity } }) => {
        if (validity.valid) onChange(value === '' ? undefined : value)
        setIsOutside(false)
      }}
      onBlur={({ currentTarget: { validity } }) => setIsOutside(!validity.valid)}
      data-testid={testId}
    />
  )
}
