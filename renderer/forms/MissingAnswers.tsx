import { Button } from '@mantine/core'
import type { Field } from '@spira/shared/protocol/clinicalProtocol.ts'
import { useLanguage } from '@spira/shared/ui/LanguageContext.ts'
import { Panel } from '@spira/shared/ui/Panel.tsx'
import { IconAlertTriangle, IconListCheck, IconMicrophone } from '@tabler/icons-react'
import { useBedside } from '../app/BedsideContext.tsx'
import { FailurePanel } from '../app/FailurePanel.tsx'
import { useAction } from '../app/useAction.ts'
import { useAppText } from '../app/useAppText.ts'
import type { EncounterDetail } from '../bedside/bedside.ts'
import { readDraft } from '../protocol/protocols.ts'
import { lacksSpokenConsent, missingTasks } from '../recording/taskOrder.ts'

type Detail = Pick<EncounterDetail, 'draft' | 'protocol' | 'takes'>

/**
 * Before an encounter is saved for good: what must still be settled, and what is expected and missing, answers and recordings. Leads to
 * it.
 */
export function MissingAnswers({ detail }: { detail: Detail }) {
  return (
    <>
      <Answers detail={detail} />
      <Tasks detail={detail} />
    </>
  )
}

/** A protocol that expects the consent spoken says so in a warning of its own: it cannot be had later. */
function Tasks({ detail: { draft, protocol, takes } }: { detail: Detail }) {
  const text = useAppText()
  const { encounters } = useBedside()
  const { language } = useLanguage()
  const show = useAction(() => encounters.update(draft.id, { step: 'record' }))
  const missing = missingTasks(protocol.tasks, takes)
  if (missing.length === 0) return null
  const names = missing.map(({ title }) => title[language]).join(', ')
  const unspoken = lacksSpokenConsent(protocol.tasks, takes)
  return (
    <Panel
      tone={unspoken ? 'warn' : 'plain'}
      icon={unspoken ? IconAlertTriangle : IconMicrophone}
      title={text(unspoken ? 'answers.consentMissing' : 'answers.tasksMissing', { names })}
      data-testid="missing-tasks"
    >
      <FailurePanel error={show.error} />
      <Button variant="default" loading={show.busy} onClick={() => show.run()} data-testid="to-tasks">
        {text('answers.toTasks')}
      </Button>
    </Panel>
  )
}

function Answers({ detail: { draft, protocol } }: { detail: Detail }) {
  const text = useAppText()
  const { encounters } = useBedside()
  const { language } = useLanguage()
  const { sections, unsettled, missing } = readDraft(protocol, draft)
  const show = useAction((section: string) => encounters.update(draft.id, { step: 'answers', section }))
  const named = unsettled.length > 0 ? unsettled : missing
  const [first] = named
  if (first === undefined) return null
  const section = sections.find(({ fields }) => fields.some(({ field }) => field.id === first.id))?.section.id ?? ''
  const names = (fields: readonly Field[]) => fields.map(({ label }) => label[language]).join(', ')
  return (
    <Panel
      tone={unsettled.length > 0 ? 'warn' : 'plain'}
      icon={unsettled.length > 0 ? IconAlertTriangle : IconListCheck}
      title={text(unsettled.length > 0 ? 'answers.unsettled' : 'answers.missing', { names: names(named) })}
      data-testid="missing-answers"
    >
      <FailurePanel error={show.error} />
      <Button variant="default" loading={show.busy} onClick={() => show.run(section)} data-testid="to-answers">
        {text('answers.fillIn')}
      </Button>
    </Panel>
  )
}
