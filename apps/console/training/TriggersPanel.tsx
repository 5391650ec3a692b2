import { Button } from '@mantine/core'
import type { RunTrigger } from '@spira/shared/protocol/runTriggers.ts'
import { IconActivityHeartbeat, IconCalendarRepeat, IconPlus, IconTags, type Icon } from '@tabler/icons-react'
import { useState } from 'react'
import { type ConsoleText, useText } from '../catalogue.ts'
import { Failure } from '../frame/Failure.tsx'
import { Loading } from '../frame/Loading.tsx'
import { useWhen } from '../frame/useFormats.ts'
import { TriggerDialog } from './TriggerDialog.tsx'
import styles from './TriggersPanel.module.css'
import { useRemoveTrigger, useTriggers } from './triggers.ts'

const ICONS: Readonly<Record<RunTrigger['kind'], Icon>> = {
  schedule: IconCalendarRepeat,
  'new-labels': IconTags,
  drift: IconActivityHeartbeat,
}

/** A trigger as a sentence. */
function sentenceOf(text: ConsoleText, { kind, cron, newLabels }: RunTrigger): string {
  if (kind === 'schedule') return text('trigger.scheduleIs', { cron: cron ?? '' })
  if (kind === 'new-labels') return text('trigger.newLabelsIs', { count: newLabels ?? 0 })
  return text('trigger.driftIs')
}

/** What starts runs by itself: when each was last looked at and what came of it. */
export function TriggersPanel({ mayChange }: { readonly mayChange: boolean }) {
  const text = useText()
  const when = useWhen()
  const triggers = useTriggers()
  const remove = useRemoveTrigger()
  const [open, setOpen] = useState<RunTrigger | 'new' | null>(null)
  return (
    <section className={styles.panel} aria-labelledby="triggers-title" data-testid="triggers">
      <div className={styles.head}>
        <div>
          <h2 id="triggers-title">{text('triggers.title')}</h2>
          <p>{text('triggers.explanation')}</p>
        </div>
        {mayChange && (
          <Button
            variant="default"
            leftSection={<IconPlus size={18} stroke={1.8} aria-hidden />}
            onClick={() => setOpen('new')}
            data-testid="trigger-add"
          >
            {text('triggers.add')}
          </Button>
        )}
      </div>
      {triggers.isPending && <Loading lines={2} />}
      {triggers.error !== null && <Failure error={triggers.error} onRetry={() => void triggers.refetch()} />}
      {remove.error !== null && <Failure error={remove.error} />}
      {triggers.data?.length === 0 && <p className={styles.none}>{text('triggers.none')}</p>}
      {triggers.data !== undefined && triggers.data.length > 0 && (
        <ul className={styles.list}>
          {triggers.data.map((trigger) => {
            const TriggerIcon = ICONS[trigger.kind]
            const { network, maxEpochs, seeds, folds } = trigger.settings
            return (
              <li key={trigger.id} data-testid="trigger-row">
                <TriggerIcon className={styles.icon} size={22} stroke={1.7} aria-hidden />
                <div>
                  <strong>{sentenceOf(text, trigger)}</strong>
                  <p>
                    {text('trigger.settings', { network: network ?? 'spira-conv-v2', epochs: maxEpochs, seeds, folds })}
                  </p>
                  <p>
                    {trigger.lastLookedAt === null
                      ? text('trigger.notLooked')
                      : text('trigger.looked', {
                          when: when(trigger.lastLookedAt),
                          outcome: trigger.lastOutcome ?? '',
                        })}
                  </p>
                </div>
                {mayChange && (
                  <div className={styles.actions}>
                    <Button variant="subtle" onClick={() => setOpen(trigger)} data-testid="trigger-edit">
                      {text('triggers.edit')}
                    </Button>
                    <Button
                      variant="subtle"
                      loading={remove.isPending && remove.variables === trigger.id}
                      onClick={() => remove.mutate(trigger.id)}
                      data-testid="trigger-remove"
                    >
                      {text('triggers.remove')}
                    </Button>
                  </div>
                )}
              </li>
            )
          })}
        </ul>
      )}
      {open !== null && <TriggerDialog trigger={open === 'new' ? null : open} onClose={() => setOpen(null)} />}
    </section>
  )
}
