import { PasswordInput } from '@mantine/core'
import { useAppText } from '../app/useAppText.ts'
import { PIN_LENGTH, pinProblem } from './pinRules.ts'

export interface NewPin {
  readonly pin: string
  readonly again: string
}

/** Whether both are the same PIN, and one that protects. */
export const isReady = ({ pin, again }: NewPin): boolean => pinProblem(pin) === null && pin === again

interface NewPinFieldsProps {
  readonly value: NewPin
  readonly onChange: (value: NewPin) => void
}

/** A PIN typed twice; what is wrong with it is said while it is typed. */
export function NewPinFields({ value, onChange }: NewPinFieldsProps) {
  const text = useAppText()
  const { pin, again } = value
  const problem = pin === '' ? null : pinProblem(pin)
  return (
    <>
      <PasswordInput
        size="lg"
        label={text('pin.new')}
        description={text('pin.hint', { least: PIN_LENGTH.least })}
        value={pin}
        onChange={({ currentTarget }) => onChange({ ...value, pin: currentTarget.value })}
        error={problem === null ? undefined : text(`pin.${problem}`, { least: PIN_LENGTH.least })}
        maxLength={PIN_LENGTH.most}
        autoComplete="new-password"
        data-testid="new-pin"
      />
      <PasswordInput
        size="lg"
        label={text('pin.again')}
        value={again}
        onChange={({ currentTarget }) => onChange({ ...value, again: currentTarget.value })}
        error={again !== '' && again.length >= pin.length && again !== pin ? text('pin.different') : undefined}
        maxLength={PIN_LENGTH.most}
        autoComplete="new-password"
        data-testid="new-pin-again"
      />
    </>
  )
}
