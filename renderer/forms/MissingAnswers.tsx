import { Button } from '@mantine/core'
import type { Field } from '@spira/shared/protocol/clinicalProtocol.ts'
import { useLanguage } from '@spira/shared/ui/LanguageContext.ts'
import { Panel } from '@spira/shared/ui/Panel.tsx'
import { IconAlertTriangle, IconListCheck } from '@tabler/icons-react'
import { useBedside } from '../app/BedsideContext.tsx'
import { FailurePanel } from '../app/FailurePanel.tsx'
import { useAction } from '../app/useAction.ts'
import { useAppText } from '../app/useAppText.ts'
import type { EncounterDetail } from '../bedside/bedside.ts'
import { readDraft } from '../protocol/protocols.ts'

/** Before an encounter is saved for good: what must still be settled, and what is expected and missing. Leads to it. */
export function MissingAnswers({
  detail: { draft, protocol },
}: {
  detail: Pick<EncounterDetail, 'draft' | 'protocol'>
}) {
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
