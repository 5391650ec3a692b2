import { Button, NativeSelect, TextInput } from '@mantine/core'
import type { Participant } from '@spira/shared/protocol/records.ts'
import { useLanguage } from '@spira/shared/ui/LanguageContext.ts'
import { Panel } from '@spira/shared/ui/Panel.tsx'
import { IconArrowRight, IconLock, IconUserCheck } from '@tabler/icons-react'
import { type FormEvent, type Ref, useEffect, useImperativeHandle, useRef, useState } from 'react'
import { FormattedDate } from 'react-intl'
import { ActionsBar } from '../app/ActionsBar.tsx'
import { ChoiceGroup } from '../app/ChoiceGroup.tsx'
import { FailurePanel } from '../app/FailurePanel.tsx'
import { Card, Page } from '../app/Page.tsx'
import { useAction } from '../app/useAction.ts'
import { useBedside } from '../app/BedsideContext.tsx'
import { useAppText } from '../app/useAppText.ts'
import type { EncounterDetail, EncounterStep } from '../bedside/bedside.ts'
import { AlikeOffer } from '../participants/AlikeOffer.tsx'
import { NumberAsks } from '../participants/NumberAsks.tsx'
import { useAlike } from '../participants/useAlike.ts'
import { bareInitials, useIdentity } from '../participants/useIdentity.ts'
import { ageOf } from './age.ts'
import { SamePersonQuestion } from './SamePersonQuestion.tsx'
import styles from './Step.module.css'
import { unbroken } from './unbroken.ts'
import { useSaving } from './useSaving.ts'

const SEXES = ['female', 'male', 'other', 'unknown'] as const

interface ParticipantStepProps {
  readonly detail: EncounterDetail
  /** This is a participant the device knows: asks where something would be lost. */
  readonly onKnown: (participantId: string) => void
  /** Filled while this step is shown: how it is left for another one. */
  readonly leave: Ref<(to: EncounterStep) => void>
}

/** Step 1: who this is, to this device and to everyone else, and who examines. */
export function ParticipantStep({ detail, onKnown, leave }: ParticipantStepProps) {
  const { draft, protocol } = detail
  const text = useAppText()
  const { language } = useLanguage()
  const bedside = useBedside()
  const saving = useSaving(draft.id)
  const identity = useIdentity(detail)
  const [operator, setOperator] = useState(draft.operatorCode)
  const [age, setAge] = useState(draft.typed.age ?? draft.participant.ageYears?.toString() ?? '')
  const [sex, setSex] = useState(draft.participant.sex)
  const [asked, setAsked] = useState(false)
  // What was left unsettled before says so again.
  const [left, setLeft] = useState(draft.typed.recordNumber !== undefined)
  const ageReading = ageOf(age)
  const alike = useAlike({
    participantId: draft.participant.id,
    // A record number says who somebody is; where there is none, the rest may.
    initials: identity.recordNumber.trim() === '' ? bareInitials(identity.initials) : '',
    sex,
    ageYears: ageReading.years ?? undefined,
  })
  const operatorField = useRef<HTMLInputElement>(null)
  const initialsField = useRef<HTMLInputElement>(null)
  const recordField = useRef<HTMLInputElement>(null)
  const ageField = useRef<HTMLInputElement>(null)
  const found = useRef(identity)
  useEffect(() => {
    found.current = identity
  })
  const [onTheWayTo, setOnTheWayTo] = useState<EncounterStep | null>(null)
  useEffect(() => initialsField.current?.focus({ preventScroll: true }), [])

  const participant = (typedAge: string, chosenSex: Participant['sex']): Participant => {
    const { sex: _sex, ageYears: _age, ...kept } = draft.participant
    const { years } = ageOf(typedAge)
    return {
      ...kept,
      ...(chosenSex === undefined ? {} : { sex: chosenSex }),
      ...(years === null ? {} : { ageYears: years }),
    }
  }

  // A record number typed a moment ago may be another's: it is looked up before the way goes on. So may the person be another one.
  const proceed = useAction(async (step: EncounterStep) => {
    await identity.idle()
    await bedside.operator.remember(operator.trim())
    if (found.current.known !== null) recordField.current?.focus()
    else if (found.current.replacing !== null) setOnTheWayTo(step)
    else saving.save({ operatorCode: operator.trim(), step })
  })
  const goOn = (step: EncounterStep) => {
    if (step === 'participant') return
    setAsked(true)
    setLeft(true)
    const unsettled = identity.reading.status === 'refused' || identity.reading.status === 'asks'
    const stopped = [
      unsettled || identity.known !== null ? recordField : null,
      ageReading.valid ? null : ageField,
      operator.trim() === '' ? operatorField : null,
    ].find((field) => field !== null)
    if (stopped === undefined) proceed.run(step)
    else stopped.current?.focus()
  }
  useImperativeHandle(leave, () => goOn)
  const next = (event: FormEvent) => {
    event.preventDefault()
    goOn('consent')
  }

  return (
    <Page title={text('step.participant')}>
      <FailurePanel error={saving.error ?? identity.error ?? proceed.error} />
      <SamePersonQuestion
        detail={detail}
        opened={onTheWayTo !== null}
        typed={identity.typed}
        onClose={() => setOnTheWayTo(null)}
        onSame={() => {
          if (identity.replacing !== null && onTheWayTo !== null)
            saving.save({ operatorCode: operator.trim(), typed: { samePerson: identity.replacing }, step: onTheWayTo })
          setOnTheWayTo(null)
        }}
      />
      <form className={styles.form} onSubmit={next} noValidate>
        <div className={styles.pair}>
          <Card>
            <div className={styles.pseudonym}>
              <span>{text('participant.pseudonym')}</span>
              <strong data-testid="participant-code">{unbroken(draft.participant.code)}</strong>
              <p>{text('participant.pseudonymHint')}</p>
            </div>
            <div className={styles.identity}>
              <TextInput
                label={text('participant.initials')}
                ref={initialsField}
                data-testid="initials"
                autoComplete="off"
                spellCheck={false}
                maxLength={4}
                className={styles.initials}
                value={identity.initials}
                onChange={(event) => identity.typeInitials(event.currentTarget.value)}
              />
              {identity.rule !== null && (
                <TextInput
                  label={identity.rule.label[language]}
                  ref={recordField}
                  data-testid="record-number"
                  autoComplete="off"
                  spellCheck={false}
                  maxLength={40}
                  value={identity.recordNumber}
                  error={
                    left && identity.reading.status === 'refused'
                      ? text(`refused.record.${identity.reading.why}`, { example: identity.rule.example })
                      : undefined
                  }
                  onBlur={() => setLeft(true)}
                  onChange={(event) => identity.typeRecordNumber(event.currentTarget.value)}
                />
              )}
            </div>
            {identity.rule !== null && protocol.identifierRules.length > 1 && (
              <NativeSelect
                label={text('participant.rule')}
                data-testid="identifier-rule"
                value={identity.rule.id}
                onChange={(event) => identity.chooseRule(event.currentTarget.value)}
                data={protocol.identifierRules.map(({ id, label, example }) => ({
                  value: id,
                  label: `${label[language]} (${example})`,
                }))}
              />
            )}
            {identity.known !== null && (
              <Panel
                tone="unsure"
                icon={IconUserCheck}
                title={text('participant.known', { code: unbroken(identity.known.participant.code) })}
                aria-live="polite"
                data-testid="participant-known"
              >
                <p>
                  {identity.known.identity?.initials} ·{' '}
                  {text('participant.encounters', { count: identity.known.encounters })} ·{' '}
                  <FormattedDate value={identity.known.lastStartedAt} dateStyle="medium" />
                </p>
                <Button
                  onClick={() => identity.known !== null && onKnown(identity.known.participant.id)}
                  data-testid="adopt-participant"
                >
                  {text('participant.adopt', { code: unbroken(identity.known.participant.code) })}
                </Button>
              </Panel>
            )}
            {left && identity.reading.status === 'asks' && (
              <NumberAsks reading={identity.reading} onRight={identity.settleNumber} />
            )}
            {identity.known === null && <AlikeOffer alike={alike} onSame={onKnown} />}
            <p className={styles.private}>
              <IconLock size="1.125rem" stroke={1.9} aria-hidden />
              <span>{text('participant.private')}</span>
            </p>
          </Card>
          <Card>
            <ChoiceGroup
              legend={text('participant.sex')}
              hint={text('form.optional')}
              name="sex"
              layout="pairs"
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
              ref={ageField}
              data-testid="age"
              inputMode="numeric"
              autoComplete="off"
              className={styles.short}
              value={age}
              error={ageReading.valid ? undefined : text('participant.ageRange')}
              onChange={(event) => {
                setAge(event.currentTarget.value)
                const typed = event.currentTarget.value
                saving.save({ participant: participant(typed, sex), typed: { age: typed } })
              }}
            />
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
          </Card>
        </div>
        <ActionsBar>
          <Button type="submit" size="lg" rightSection={<IconArrowRight size="1.375rem" />} data-testid="next-step">
            {text('participant.next')}
          </Button>
        </ActionsBar>
      </form>
    </Page>
  )
}
