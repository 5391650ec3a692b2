import { Button } from '@mantine/core'
import type { ReadField, ReadSection } from '@spira/shared/protocol/clinicalProtocolAnswers.ts'
import { useLanguage } from '@spira/shared/ui/LanguageContext.ts'
import { IconArrowRight, IconMicrophone } from '@tabler/icons-react'
import { type FormEvent, useEffect, useMemo, useState } from 'react'
import { ActionsBar } from '../app/ActionsBar.tsx'
import { FailurePanel } from '../app/FailurePanel.tsx'
import { Card, Page } from '../app/Page.tsx'
import { useAppText } from '../app/useAppText.ts'
import type { EncounterDetail } from '../bedside/bedside.ts'
import { readDraft } from '../protocol/protocols.ts'
import styles from './AnswersStep.module.css'
import fieldStyles from './fields.module.css'
import { ProtocolField } from './ProtocolField.tsx'
import { SectionRail } from './SectionRail.tsx'
import { useEntries } from './useEntries.ts'

/**
 * Step 3: what the protocol asks, a section at a time. The microphone is one touch away from each of them: the patient is here
 * now, the chart will be here later.
 */
export function AnswersStep({ detail: { draft, protocol, takes } }: { detail: EncounterDetail }) {
  const text = useAppText()
  const { language } = useLanguage()
  const { entries, confirmed, enter, confirm, save, error } = useEntries(draft)
  const { sections } = useMemo(() => readDraft(protocol, { entries, confirmed }), [protocol, entries, confirmed])
  const [left, setLeft] = useState<ReadonlySet<string>>(
    // What was left unsettled before says so again.
    () => new Set(Object.keys(draft.entries)),
  )
  const index = Math.max(
    0,
    sections.findIndex(({ section }) => section.id === draft.section),
  )
  const current = sections[index]
  const following = sections[index + 1]
  const currentId = current?.section.id ?? ''
  // After the page, which takes the focus to its heading first.
  useEffect(() => focusFirst(currentId), [currentId])
  const recorded = takes.some(({ state }) => state !== 'rejected')

  const visit = (section: string) => save({ section })
  const next = (event: FormEvent) => {
    event.preventDefault()
    if (current === undefined) return
    setLeft((names) => new Set([...names, ...current.fields.map(({ field }) => field.id)]))
    const unsettled = current.fields.find(isUnsettled)
    if (unsettled !== undefined) focusUnsettled(unsettled)
    else if (following === undefined) save({ step: recorded ? 'result' : 'record' })
    else visit(following.section.id)
  }

  if (current === undefined) return null
  return (
    <Page title={text('step.answers')}>
      <FailurePanel error={error} />
      <div className={styles.columns}>
        <SectionRail sections={sections} current={current.section.id} onVisit={visit} />
        <form
          key={current.section.id}
          id={`section-${current.section.id}`}
          className={styles.form}
          onSubmit={next}
          noValidate
        >
          <Card label={current.section.title[language]}>
            <h2>{current.section.title[language]}</h2>
            {current.section.hint !== undefined && <p className={styles.hint}>{current.section.hint[language]}</p>}
            <div className={fieldStyles.grid}>
              {current.fields.map((read) => (
                <div key={read.field.id} className={isWide(read) ? fieldStyles.wide : undefined}>
                  <ProtocolField
                    read={read}
                    entry={entries[read.field.id]}
                    left={left.has(read.field.id)}
                    onEnter={(entry) => enter(read.field.id, entry)}
                    onLeave={() => setLeft((names) => new Set(names).add(read.field.id))}
                    onConfirm={(value) => confirm(read.field.id, value)}
                  />
                </div>
              ))}
            </div>
          </Card>
          <ActionsBar>
            {(following !== undefined || recorded) && (
              <Button
                size="lg"
                variant="default"
                leftSection={<IconMicrophone size="1.375rem" />}
                onClick={() => save({ step: 'record' })}
                data-testid="to-microphone"
              >
                {text('form.toMicrophone')}
              </Button>
            )}
            <Button
              type="submit"
              size="lg"
              rightSection={<IconArrowRight size="1.375rem" />}
              data-testid={following === undefined && !recorded ? 'to-microphone' : 'next-step'}
            >
              {nextWords()}
            </Button>
          </ActionsBar>
        </form>
      </div>
    </Page>
  )

  function nextWords(): string {
    if (following !== undefined) return text('form.nextSection', { section: following.section.title[language] })
    return recorded ? text('form.toResult') : text('form.toMicrophone')
  }
}

const isUnsettled = ({ reading }: ReadField): boolean => reading.status === 'asks' || reading.status === 'refused'

/** Groups of choices need the whole width; a number does not. */
const isWide = ({ field }: ReadSection['fields'][number]): boolean => field.kind !== 'number' && field.kind !== 'date'

function focusFirst(section: string): void {
  document.querySelector<HTMLInputElement>(`#section-${section} input`)?.focus({ preventScroll: true })
  scrollTo({ top: 0 })
}

/** What must be confirmed, or else what must be corrected. It appears with this very event, so the focus follows it. */
function focusUnsettled({ field, reading }: ReadField): void {
  const id = reading.status === 'asks' ? `confirm-${field.id}` : `field-${field.id}`
  requestAnimationFrame(() => document.getElementById(id)?.focus())
}
