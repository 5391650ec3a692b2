import { Button } from '@mantine/core'
import { Panel } from '@spira/shared/ui/Panel.tsx'
import { IconAlertTriangle, IconCopy } from '@tabler/icons-react'
import { useText } from '../catalogue.ts'
import { Failure } from '../frame/Failure.tsx'
import facts from '../frame/facts.module.css'
import { Section } from '../frame/Section.tsx'
import { useWhen } from '../frame/useFormats.ts'
import { useBackup, useMakeBackup } from './server.ts'
import styles from './ServerPage.module.css'

/** When everything was copied last, once more now, and how to make a server of it. */
export function BackupPart({ mayMake }: { mayMake: boolean }) {
  const text = useText()
  const when = useWhen()
  const backup = useBackup()
  const make = useMakeBackup()
  const { data } = backup
  return (
    <Section
      title={text('backup.title')}
      explanation={text('backup.explanation')}
      actions={
        mayMake && (
          <Button
            onClick={() => make.mutate()}
            loading={make.isPending || data?.state === 'running'}
            leftSection={<IconCopy size={20} stroke={1.8} aria-hidden />}
            data-testid="backup-make"
          >
            {text('backup.make')}
          </Button>
        )
      }
    >
      {backup.error !== null && <Failure error={backup.error} onRetry={() => void backup.refetch()} />}
      {make.error !== null && <Failure error={make.error} />}
      {data?.state === 'failed' && (
        <Panel tone="alarm" icon={IconAlertTriangle} title={text('backup.failed')}>
          <p>{data.failure}</p>
        </Panel>
      )}
      {data !== undefined && (
        <>
          <dl className={facts.facts} data-testid="backup-facts">
            <div>
              <dt>{text('backup.last')}</dt>
              <dd>{data.last === null ? text('backup.never') : when(data.last.madeAt)}</dd>
              <dd>{data.folder}</dd>
            </div>
            <div>
              <dt>{text('backup.rows')}</dt>
              <dd>{data.last?.rows ?? '–'}</dd>
            </div>
            <div>
              <dt>{text('backup.files')}</dt>
              <dd>{data.last?.files ?? '–'}</dd>
            </div>
          </dl>
          <p className={styles.hint}>{text('backup.restore')}</p>
          <pre className={styles.command}>npm run -s spira -- restore --from {data.folder} --data NEW-FOLDER</pre>
          {data.made.length > 0 && (
            <details className={styles.made}>
              <summary>{text('backup.made', { count: data.made.length })}</summary>
              <ul>
                {data.made.map(({ at, actor }) => (
                  <li key={at}>
                    {when(at)} <span>{actor}</span>
                  </li>
                ))}
              </ul>
            </details>
          )}
        </>
      )}
    </Section>
  )
}
