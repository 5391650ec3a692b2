import { Button, NativeSelect, Textarea, TextInput } from '@mantine/core'
import { Panel } from '@spira/shared/ui/Panel.tsx'
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react'
import { useState } from 'react'
import { useSession } from '../account/session.ts'
import { useText } from '../catalogue.ts'
import { Failure } from '../frame/Failure.tsx'
import { Loading } from '../frame/Loading.tsx'
import { Page } from '../frame/Page.tsx'
import { useWhen } from '../frame/useFormats.ts'
import { ProtocolPreview } from './ProtocolPreview.tsx'
import styles from './ProtocolPage.module.css'
import { useProtocol, useProtocolVersions, usePublishProtocol } from './protocols.ts'
import { readProtocolText } from './readProtocolText.ts'

/** What is asked at the bedside: every version, and the next one, written as JSON and shown as it will be asked. */
export function ProtocolPage() {
  const text = useText()
  const when = useWhen()
  const versions = useProtocolVersions()
  const [chosen, setChosen] = useState<number | null>(null)
  const version = chosen ?? versions.data?.[0]?.version ?? null
  const protocol = useProtocol(version)
  return (
    <Page
      title={text('page.protocol')}
      explanation={text('protocol.explanation')}
      actions={
        versions.data !== undefined && (
          <NativeSelect
            aria-label={text('protocol.version')}
            data-testid="protocol-version"
            value={version ?? ''}
            onChange={(event) => setChosen(Number(event.currentTarget.value))}
            data={versions.data.map((row) => ({
              value: String(row.version),
              label: text('protocol.versionLine', {
                version: row.version,
                when: row.publishedAt === null ? text('protocol.bundled') : when(row.publishedAt),
                encounters: row.encounters,
              }),
            }))}
          />
        )
      }
    >
      {(versions.isPending || protocol.isPending) && <Loading />}
      {versions.error !== null && <Failure error={versions.error} onRetry={() => void versions.refetch()} />}
      {protocol.error !== null && <Failure error={protocol.error} onRetry={() => void protocol.refetch()} />}
      {protocol.data !== undefined && (
        <Editor key={version} original={JSON.stringify(protocol.data, null, 2)} onPublished={setChosen} />
      )}
    </Page>
  )
}

function Editor({ original, onPublished }: { original: string; onPublished: (version: number) => void }) {
  const text = useText()
  const { data: account } = useSession()
  const publish = usePublishProtocol()
  const [written, setWritten] = useState(original)
  const [note, setNote] = useState('')
  const { protocol, problems } = readProtocolText(written)
  const mayPublish = account?.role === 'administrator'
  return (
    <div className={styles.columns}>
      <div className={styles.editor}>
        <Textarea
          label={text('protocol.json')}
          description={text('protocol.jsonHint')}
          classNames={{ input: styles.json }}
          rows={26}
          spellCheck={false}
          readOnly={!mayPublish}
          value={written}
          onChange={(event) => setWritten(event.currentTarget.value)}
          data-testid="protocol-json"
        />
        {protocol === null ? (
          <Panel tone="warn" icon={IconAlertTriangle} title={text('protocol.invalid')} data-testid="protocol-problems">
            <ul className={styles.problems}>
              {problems.map((problem) => (
                <li key={problem}>{problem}</li>
              ))}
            </ul>
          </Panel>
        ) : (
          written !== original && <Panel tone="good" icon={IconCircleCheck} title={text('protocol.valid')} />
        )}
        {mayPublish && (
          <form
            className={styles.publish}
            onSubmit={(event) => {
              event.preventDefault()
              if (protocol !== null)
                publish.mutate({ note, protocol }, { onSuccess: (published) => onPublished(published.version) })
            }}
          >
            <TextInput
              label={text('protocol.note')}
              maxLength={500}
              value={note}
              onChange={(event) => setNote(event.currentTarget.value)}
              data-testid="protocol-note"
            />
            <Button
              type="submit"
              disabled={protocol === null || written === original || note.trim().length < 3}
              loading={publish.isPending}
              data-testid="protocol-publish"
            >
              {text('protocol.publish')}
            </Button>
          </form>
        )}
        {publish.error !== null && <Failure error={publish.error} />}
      </div>
      {protocol !== null && <ProtocolPreview protocol={protocol} />}
    </div>
  )
}
