import { Button, Progress } from '@mantine/core'
import type { ImportDetail } from '@spira/shared/protocol/importsApi.ts'
import { IconFiles, IconFolder } from '@tabler/icons-react'
import { useRef, useState } from 'react'
import { useText } from '../catalogue.ts'
import { Failure } from '../frame/Failure.tsx'
import { useBytes } from '../frame/useFormats.ts'
import facts from '../frame/facts.module.css'
import { useBringFiles } from './imports.ts'
import styles from './ImportPage.module.css'

const TROUBLES_SHOWN = 20

/** Files and folders are brought; what came, and what of it cannot be read. */
export function FilesPart({ detail }: { detail: ImportDetail }) {
  const text = useText()
  const bytes = useBytes()
  const [progress, setProgress] = useState({ done: 0, of: 0 })
  const bring = useBringFiles(detail.id, (done) => setProgress((before) => ({ ...before, done })))
  const folder = useRef<HTMLInputElement>(null)
  const files = useRef<HTMLInputElement>(null)
  const start = (list: FileList | null): void => {
    const chosen = [...(list ?? [])].filter(({ name }) => !name.startsWith('.'))
    if (chosen.length === 0) return
    setProgress({ done: 0, of: chosen.length })
    bring.mutate(chosen)
  }
  const readable = detail.files.filter(({ audio }) => audio !== null)
  const troubles = detail.files.filter(({ failure }) => failure !== null)
  return (
    <div className={styles.parts}>
      <div className={styles.bring}>
        <Button
          variant="default"
          onClick={() => folder.current?.click()}
          loading={bring.isPending}
          leftSection={<IconFolder size={20} stroke={1.8} aria-hidden />}
          data-testid="import-bring-folder"
        >
          {text('imports.bringFolder')}
        </Button>
        <Button
          variant="default"
          onClick={() => files.current?.click()}
          loading={bring.isPending}
          leftSection={<IconFiles size={20} stroke={1.8} aria-hidden />}
          data-testid="import-bring"
        >
          {text('imports.bringFiles')}
        </Button>
        <input
          ref={folder}
          type="file"
          {...{ webkitdirectory: '' }}
          multiple
          tabIndex={-1}
          aria-hidden
          onChange={(event) => start(event.currentTarget.files)}
          data-testid="import-folder"
        />
        <input
          ref={files}
          type="file"
          multiple
          tabIndex={-1}
          aria-hidden
          onChange={(event) => start(event.currentTarget.files)}
          data-testid="import-files"
        />
        {bring.isPending && (
          <div>
            <Progress value={(100 * progress.done) / progress.of} aria-label={text('imports.bringing')} />
            <output>{text('imports.brought', { done: progress.done, of: progress.of })}</output>
          </div>
        )}
      </div>
      {bring.error !== null && <Failure error={bring.error} />}
      {(detail.files.length > 0 || detail.hasList) && (
        <dl className={facts.facts} data-testid="import-facts">
          <div>
            <dt>{text('imports.readable')}</dt>
            <dd>{readable.length}</dd>
            <dd>{bytes(readable.reduce((sum, { byteLength }) => sum + byteLength, 0))}</dd>
          </div>
          <div>
            <dt>{text('imports.unreadable')}</dt>
            <dd>{troubles.length}</dd>
            <dd>{text(troubles.length === 0 ? 'imports.allReadable' : 'imports.seeBelow')}</dd>
          </div>
          <div>
            <dt>{text('imports.list')}</dt>
            <dd>{detail.rows}</dd>
            <dd>{text(detail.hasList ? 'imports.fromCsv' : 'imports.fromFolder')}</dd>
          </div>
        </dl>
      )}
      {troubles.length > 0 && (
        <ul className={styles.troubles}>
          {troubles.slice(0, TROUBLES_SHOWN).map(({ path, failure }) => (
            <li key={path}>
              {path} <span>{failure !== null && text(`importFailure.${failure}`)}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
