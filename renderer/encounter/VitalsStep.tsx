import { Button, Checkbox, TextInput } from '@mantine/core'
import { type Vitals, vitalsPlausible } from '@spira/shared/protocol/records.ts'
import { Panel } from '@spira/shared/ui/Panel.tsx'
import { IconHelpCircle } from '@tabler/icons-react'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { useIntl } from 'react-intl'
import { ActionsBar } from '../app/ActionsBar.tsx'
import { useBedside } from '../app/BedsideContext.tsx'
import { FailurePanel } from '../app/FailurePanel.tsx'
import { Card, Page } from '../app/Page.tsx'
import { useAppText } from '../app/useAppText.ts'
import type { EncounterDraft } from '../bedside/bedside.ts'
import styles from './Step.module.css'
import { useSaving } from './useSaving.ts'
import { possibleRange, readVital, VITAL_NAMES, type VitalName, vitalsOf } from './vitalField.ts'

const TEST_IDS: Readonly<Record<VitalName, string>> = {
  spo2Percent: 'spo2',
  heartRatePerMin: 'heart-rate',
  respiratoryRatePerMin: 'respiratory-rate',
}

/** Step 3: vital signs. What cannot be is refused, what is unusual is asked once more, what was not measured stays empty. */
export function VitalsStep({ draft }: { draft: EncounterDraft }) {
  const text = useAppText()
  const { formatNumber } = useIntl()
  const { encounters } = useBedside()
  const saving = useSaving((change: Parameters<typeof encounters.update>[1]) => encounters.update(draft.id, change))
  const [typed, setTyped] = useState(() => typedFrom(draft.vitals, formatNumber))
  const [left, setLeft] = useState<ReadonlySet<VitalName>>(new Set())
  /** The values confirmed as unusual but right. */
  const [confirmed, setConfirmed] = useState<Readonly<Partial<Record<VitalName, number>>>>({})

  const fields = useRef(new Map<VitalName, HTMLInputElement | null>())
  useEffect(() => fields.current.get('spo2Percent')?.focus(), [])

  const isSettled = (name: VitalName): boolean => {
    const reading = readVital(name, typed[name])
    return (
      reading.status === 'empty' ||
      reading.status === 'fine' ||
      (reading.status === 'ask' && confirmed[name] === reading.value)
    )
  }

  const next = (event: FormEvent) => {
    event.preventDefault()
    setLeft(new Set(VITAL_NAMES))
    const unsettled = VITAL_NAMES.find((name) => !isSettled(name))
    if (unsettled !== undefined) fields.current.get(unsettled)?.focus()
    else saving.save({ vitals: vitalsOf(typed, new Date().toISOString()), step: 'record' })
  }

  return (
    <Page title={text('step.vitals')}>
      <FailurePanel error={saving.error} />
      <form className={styles.form} onSubmit={next} noValidate>
        <Card>
          <div className={styles.vitals}>
            {VITAL_NAMES.map((name) => {
              const reading = readVital(name, typed[name])
              const { unit } = vitalsPlausible[name]
              const number = 'value' in reading ? formatNumber(reading.value) : ''
              const refused = left.has(name) && ['not-a-number', 'not-whole', 'impossible'].includes(reading.status)
              const { min, max } = possibleRange(name)
              return (
                <div key={name} className={styles.vital}>
                  <TextInput
                    label={text(`vitals.${name}`)}
                    ref={(element) => {
                      fields.current.set(name, element)
                    }}
                    data-testid={TEST_IDS[name]}
                    inputMode={name === 'spo2Percent' ? 'decimal' : 'numeric'}
                    autoComplete="off"
                    value={typed[name]}
                    rightSection={<span>{unit}</span>}
                    rightSectionWidth="4rem"
                    styles={{ input: { fontSize: '1.5rem', fontWeight: 600 } }}
                    error={
                      refused
                        ? text(
                            reading.status === 'impossible'
                              ? 'vitals.impossible'
                              : reading.status === 'not-whole'
                                ? 'vitals.notWhole'
                                : 'vitals.notANumber',
                            {
                              min,
                              max,
                              unit,
                            },
                          )
                        : undefined
                    }
                    onBlur={() => setLeft((names) => new Set(names).add(name))}
                    onChange={(event) => {
                      const value = event.currentTarget.value
                      const changed = { ...typed, [name]: value }
                      setTyped(changed)
                      saving.save({ vitals: vitalsOf(changed, new Date().toISOString()) })
                    }}
                  />
                  {left.has(name) && reading.status === 'ask' && (
                    <Panel
                      tone="warn"
                      icon={IconHelpCircle}
                      title={text('vitals.ask', { value: number, unit })}
                      aria-live="polite"
                    >
                      <Checkbox
                        label={text('vitals.confirm', { value: number, unit })}
                        data-testid={`confirm-${TEST_IDS[name]}`}
                        checked={confirmed[name] === reading.value}
                        onChange={(event) => {
                          const { [name]: _, ...others } = confirmed
                          setConfirmed(event.currentTarget.checked ? { ...others, [name]: reading.value } : others)
                        }}
                      />
                    </Panel>
                  )}
                </div>
              )
            })}
          </div>
          <p style={{ color: 'var(--spira-muted)' }}>{text('vitals.hint')}</p>
        </Card>
        <ActionsBar>
          <Button type="submit" size="lg" data-testid="next-step">
            {text('vitals.next')}
          </Button>
        </ActionsBar>
      </form>
    </Page>
  )
}

function typedFrom(vitals: Vitals | null, formatNumber: (value: number) => string): Record<VitalName, string> {
  const asTyped = (value: number | undefined) => (value === undefined ? '' : formatNumber(value))
  return {
    spo2Percent: asTyped(vitals?.spo2Percent),
    heartRatePerMin: asTyped(vitals?.heartRatePerMin),
    respiratoryRatePerMin: asTyped(vitals?.respiratoryRatePerMin),
  }
}
