import { Button } from '@mantine/core'
import { Panel } from '@spira/shared/ui/Panel.tsx'
import { IconMailOff } from '@tabler/icons-react'
import { useState } from 'react'
import { useText } from '../catalogue.ts'
import { Failure } from '../frame/Failure.tsx'
import { Older } from '../frame/Older.tsx'
import { ReasonForm } from '../frame/ReasonForm.tsx'
import styles from './DeadLetters.module.css'
import { useDeadLetters, useDismissRun, useRetryRun } from './trainingRuns.ts'

/** What was given up and waits for a person, run by run: to be tried again, or left with a reason. */
export function DeadLetters({ mayChange }: { readonly mayChange: boolean }) {
  const text = useText()
  const letters = useDeadLetters()
  const retry = useRetryRun()
  const dismiss = useDismissRun()
  const [dismissing, setDismissing] = useState<string | null>(null)
  if (letters.data === undefined || letters.data.length === 0) return null
  const runs = [...Map.groupBy(letters.data, ({ runId }) => runId)]
  return (
    <div className={styles.letters}>
      <Panel
        tone="alarm"
        icon={IconMailOff}
        title={text('deadLetters.title', { count: letters.data.length })}
        data-testid="dead-letters"
      >
        <ul className={styles.runs}>
          {runs.map(([runId, stages]) => (
            <li key={runId} data-testid="dead-letter">
              <div>
                {stages.map(({ id, stage, shard, failure }) => (
                  <p key={id}>
                    {text(`stage.${stage}`)}
                    {shard === 'all' ? '' : ` ${shard}`}: {failure}
                  </p>
                ))}
              </div>
              {mayChange && (
                <div className={styles.actions}>
                  <Button
                    variant="default"
                    onClick={() => retry.mutate(runId)}
                    loading={retry.isPending && retry.variables === runId}
                    data-testid="dead-letter-retry"
                  >
                    {text('jobs.retry')}
                  </Button>
                  <Button variant="default" onClick={() => setDismissing(runId)} data-testid="dead-letter-dismiss">
                    {text('deadLetters.dismiss')}
                  </Button>
                </div>
              )}
            </li>
          ))}
        </ul>
        <Older list={letters} />
        {retry.error !== null && <Failure error={retry.error} />}
        {dismissing !== null && (
          <ReasonForm
            title={text('deadLetters.dismiss')}
            explanation={text('deadLetters.dismissMeans')}
            submit={text('deadLetters.dismiss')}
            request={dismiss}
            onSubmit={(reason) =>
              dismiss.mutate({ runId: dismissing, reason }, { onSuccess: () => setDismissing(null) })
            }
            onClose={() => {
              dismiss.reset()
              setDismissing(null)
            }}
            testId="dead-letter"
          />
        )}
      </Panel>
    </div>
  )
}
