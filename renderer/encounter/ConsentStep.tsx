import { Button, SegmentedControl } from '@mantine/core'
import { useLanguage } from '@spira/shared/ui/LanguageContext.ts'
import { LANGUAGE_NAMES, LANGUAGES, type Language } from '@spira/shared/ui/languages.ts'
import { Panel } from '@spira/shared/ui/Panel.tsx'
import { IconCircleCheck, IconMicrophone } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { FormattedDate } from 'react-intl'
import { ActionsBar } from '../app/ActionsBar.tsx'
import { useBedside } from '../app/BedsideContext.tsx'
import { FailurePanel } from '../app/FailurePanel.tsx'
import { Card, Page } from '../app/Page.tsx'
import { Question } from '../app/Question.tsx'
import { useAction } from '../app/useAction.ts'
import { useAppText } from '../app/useAppText.ts'
import type { EncounterDetail } from '../bedside/bedside.ts'
import styles from './Step.module.css'
import { unbroken } from './unbroken.ts'

/** Step 2: the patient's consent, in the patient's language. A refusal leaves nothing behind. */
export function ConsentStep({ detail: { draft, protocol } }: { detail: EncounterDetail }) {
  const text = useAppText()
  const { encounters } = useBedside()
  const navigate = useNavigate()
  const { language: appLanguage } = useLanguage()
  const [language, setLanguage] = useState<Language>(draft.consent?.language ?? appLanguage)
  const spoken = protocol.tasks.find(({ task }) => task === 'spoken-consent')
  const [refusing, setRefusing] = useState(false)
  const agree = useAction(() =>
    encounters.update(draft.id, {
      consent: { given: true, textVersion: protocol.consent.version, language, givenAt: new Date().toISOString() },
      step: 'answers',
    }),
  )
  const proceed = useAction(() => encounters.update(draft.id, { step: 'answers' }))
  const discard = useAction(async () => {
    await encounters.discard(draft.id)
    await navigate({ to: '/' })
  })
  return (
    <Page title={text('step.consent')} width="narrow">
      <FailurePanel error={agree.error ?? proceed.error} />
      <Card>
        <SegmentedControl
          aria-label={text('consent.language')}
          value={language}
          onChange={(value) => setLanguage(LANGUAGES.find((l) => l === value) ?? language)}
          data={LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] }))}
        />
        <div lang={language}>
          <ul className={styles.paragraphs}>
            {protocol.consent.paragraphs.map((paragraph) => (
              <li key={paragraph.en}>{paragraph[language]}</li>
            ))}
          </ul>
        </div>
        {spoken !== undefined && (
          <p className={styles.private}>
            <IconMicrophone size="1.125rem" stroke={1.9} aria-hidden />
            <span>{text('consent.spokenToo')}</span>
          </p>
        )}
        <p className={styles.version}>{text('consent.version', { version: protocol.consent.version })}</p>
      </Card>
      {draft.consent !== null && (
        <Panel tone="good" icon={IconCircleCheck} title={text('consent.given')}>
          <p>
            <FormattedDate value={draft.consent.givenAt} dateStyle="medium" timeStyle="short" /> ·{' '}
            {LANGUAGE_NAMES[draft.consent.language]}
          </p>
        </Panel>
      )}
      <ActionsBar>
        <Button size="lg" variant="default" onClick={() => setRefusing(true)} data-testid="consent-refuse">
          {text('consent.refuse')}
        </Button>
        {draft.consent === null ? (
          <Button size="lg" onClick={() => agree.run()} loading={agree.busy} data-testid="consent-agree">
            {text('consent.agree')}
          </Button>
        ) : (
          <Button size="lg" onClick={() => proceed.run()} loading={proceed.busy} data-testid="next-step">
            {text('form.next')}
          </Button>
        )}
      </ActionsBar>
      <Question
        opened={refusing}
        onClose={() => setRefusing(false)}
        title={text('consent.refuseTitle')}
        words={text('consent.refuseWords', { code: unbroken(draft.participant.code) })}
        action={discard}
        actionName={text('consent.refuseDo')}
        testId="consent-refuse-confirm"
      />
    </Page>
  )
}
