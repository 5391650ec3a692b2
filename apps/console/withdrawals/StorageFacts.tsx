import { useText } from '../catalogue.ts'
import { Failure } from '../frame/Failure.tsx'
import { useBytes, useWhen } from '../frame/useFormats.ts'
import { Section } from '../frame/Section.tsx'
import { useStorageFacts } from './withdrawals.ts'
import facts from '../frame/facts.module.css'

/** What lies on the server, what is on its way, and what nothing refers to. */
export function StorageFacts() {
  const text = useText()
  const when = useWhen()
  const bytes = useBytes()
  const { data, error, refetch } = useStorageFacts()
  return (
    <Section title={text('storage.title')} explanation={text('storage.explanation')}>
      {error !== null && <Failure error={error} onRetry={() => void refetch()} />}
      {data !== undefined && (
        <dl className={facts.facts} data-testid="storage-facts">
          <div>
            <dt>{text('storage.recordings')}</dt>
            <dd>{data.recordings.count}</dd>
            <dd>{bytes(data.recordings.bytes)}</dd>
          </div>
          <div>
            <dt>{text('storage.awaited')}</dt>
            <dd>{data.awaited.count}</dd>
            <dd>{bytes(data.awaited.bytes)}</dd>
          </div>
          <div>
            <dt>{text('storage.orphans')}</dt>
            <dd>{data.orphans.count}</dd>
            <dd>
              {data.orphans.foundAt === null
                ? text('storage.noOrphans')
                : text('storage.orphansSince', { when: when(data.orphans.foundAt) })}
            </dd>
          </div>
        </dl>
      )}
    </Section>
  )
}
