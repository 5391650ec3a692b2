import { Button, TextInput } from '@mantine/core'
import type { Participant } from '@spira/shared/protocol/records.ts'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { ActionsBar } from '../app/ActionsBar.tsx'
import { useBedside } from '../app/BedsideContext.tsx'
import { ChoiceGroup } from '../app/ChoiceGroup.tsx'
import { FailurePanel } from '../app/FailurePanel.tsx'
import { Card, Page } from '../app/Page.tsx'
import { useAppText } from '../app/useAppText.ts'
import type { EncounterDraft } from '../bedside/bedside.ts'
import { ageOf } from './age.ts'
import { rememberedOperator } from './remembered.ts'
import styles from './Step.module.css'
import { useSaving } from './useSaving.ts'

const SEXES = ['female', 'male', 'other', 'unknown'] as const

/** Step 1: the pseudonym to note down, who examines, and what may be known of the patient. */
export function ParticipantStep({ draft }: { draft: EncounterDraft }) {
  const text = useAppText()
  const { encounters } = useBedside()
  const saving = useSaving((change: Parameters<typeof encounters.update>[1]) => encounters.update(draft.id, change))
  const [operator, setOperator] = useState(draft.operatorCode)
  const [age, setAge] = useState(draft.participant.ageYears?.toString() ?? '')
  const [sex, setSex] = useState(draft.participant.sex)
  const [asked, setAsked] = useState(false)
  const ageReading = ageOf(age)
  const operatorField = useRef<HTMLInputElement>(null)
  useEffect(() => {
    // What must be typed has the focus; where nothing must, the page keeps it.
    if (operatorField.current?.value === '') operatorField.current.focus()
  }, [])

  const participant = (typedAge: string, chosenSex: Participant['sex']): Participant => {
    const { sex: _sex, ageYears: _age, ...identity } = draft.participant
    const { years } = ageOf(typedAge)
    return {
      ...identity,
      ...(chosenSex === undefined ? {} : { sex: chosenSex }),
      ...(years === null ? {} : { ageYears: years }),
    }
  }

  const next = (event: FormEvent) => {
    event.preventDefault()
    setAsked(true)
    if (operator.trim() === '') operatorField.current?.focus()
    if (operator.trim() === '' || !ageReading.valid) return
    rememberedOperator.set(operator.trim())
    saving.save({ operatorCode: operator.trim(), step: 'consent' })
  }

  return (
    <Page title={text('step.participant')} width="narrow">
      <FailurePanel error={saving.error} />
      <form className={styles.form} onSubmit={next} noValidate>
        <Card>
          <div className={styles.pseudonym}>
            <span>{text('participant.pseudonym')}</span>
            <strong data-testid="participant-code">{draft.participant.code}</strong>
            <p>{text('participant.pseudonymHint')}</p>
          </div>
        </Card>
        <Card>
          <TextInput
            label={text('participant.operator')}
            description={text('participant.operatorHint')}
            ref={operatorField}
            data-testid="operator-code"
            autoComplete="off"
            spellCheck={false}
            maxLength={40}
            required
            withAsterisk={false}
            value={operator}
            error={asked && operator.trim() === '' ? text('participant.operatorNeeded') : undefined}
            onChange={(event) => {
              setOperator(event.currentTarget.value)
              saving.save({ operatorCode: event.currentTarget.value })
            }}
          />
          <ChoiceGroup
            legend={text('participant.sex')}
            hint={text('form.optional')}
            name="sex"
            choices={SEXES.map((value) => ({ value, label: text(`sex.${value}`), testId: `sex-${value}` }))}
            value={sex}
            onChange={(value) => {
              setSex(value)
              saving.save({ participant: participant(age, value) })
            }}
          />
          <TextInput
            label={text('participant.age')}
            description={text('form.optional')}
            data-testid="age"
            inputMode="numeric"
            autoComplete="off"
            className={styles.short}
            value={age}
            error={ageReading.valid ? undefined : text('participant.ageRange')}
            onChange={(event) => {
              setAge(event.currentTarget.value)
              saving.save({ participant: participant(event.currentTarget.value, sex) })
            }}
          />
        </Card>
        <ActionsBar>
          <Button type="submit" size="lg" data-testid="next-step">
            {text('participant.next')}
          </Button>
        </ActionsBar>
      </form>
    </Page>
  )
}
