import { Button, Progress } from '@mantine/core'
import { type Tone, ToneBadge } from '@spira/shared/ui/ToneBadge.tsx'
import type { ExportRow } from '@spira/shared/protocol/exportsApi.ts'
import {
  IconAlertTriangle,
  IconBan,
  IconCircleCheck,
  IconDownload,
  IconHourglass,
  type Icon,
} from '@tabler/icons-react'
import { useText } from '../catalogue.ts'
import { Failure } from '../frame/Failure.tsx'
import { Older } from '../frame/Older.tsx'
import { useBytes, useWhen } from '../frame/useFormats.ts'
import { DeleteListLink } from './DeleteListLink.tsx'
import styles from './ExportList.module.css'
import { exportUrl, useCancelExport, useExports } from './exports.ts'

const LOOK: Readonly<Record<ExportRow['status'], { tone: Tone; icon: Icon }>> = {
  queued: { tone: 'plain', icon: IconHourglass },
  running: { tone: 'plain', icon: IconHourglass },
  succeeded: { tone: 'good', icon: IconCircleCheck },
  failed: { tone: 'alarm', icon: IconAlertTriangle },
  cancelled: { tone: 'plain', icon: IconBan },
  withdrawn: { tone: 'warn', icon: IconBan },
}

/** What was exported, by whom and when; the file with its checksum and its Croissant description. */
export function ExportList({ downloads }: { downloads: 'allowed' | 'refused' }) {
  const text = useText()
  const when = useWhen()
  const bytes = useBytes()
  const exports = useExports()
  const cancel = useCancelExport()
  if (exports.error !== null) return <Failure error={exports.error} onRetry={() => void exports.refetch()} />
  if (exports.data === undefined || exports.data.length === 0) return null
  return (
    <section aria-labelledby="exports">
      <h2 id="exports" className={styles.title}>
        {text('export.list')}
      </h2>
      <ul className={styles.list}>
        {exports.data.map((row) => (
          <li key={row.id} data-testid="export-row">
            <div className={styles.what}>
              <strong>{row.datasetName}</strong>
              <span>
                {text(`layout.${row.layout}`)} · {row.createdBy}, {when(row.createdAt)}
                {row.byteLength !== null && ` · ${bytes(row.byteLength)}`}
              </span>
              {row.failure !== null && <span>{row.failure}</span>}
            </div>
            <ToneBadge tone={LOOK[row.status].tone} icon={LOOK[row.status].icon}>
              {text(row.status === 'withdrawn' ? 'export.withdrawn' : `runStatus.${row.status}`)}
            </ToneBadge>
            {row.status === 'running' && (
              <Progress className={styles.progress} value={row.progress * 100} aria-label={text('export.progress')} />
            )}
            {downloads === 'allowed' && (row.status === 'running' || row.status === 'queued') && (
              <Button variant="subtle" onClick={() => cancel.mutate(row.id)}>
                {text('dialog.cancel')}
              </Button>
            )}
            {row.status === 'withdrawn' && (
              <DeleteListLink datasetVersionId={row.datasetVersionId} name={row.datasetName} />
            )}
            {row.sha256 !== null && (
              <div className={styles.links}>
                {downloads === 'allowed' && (
                  <Button
                    component="a"
                    href={exportUrl(row.id, 'file')}
                    download
                    variant="default"
                    leftSection={<IconDownload size={18} stroke={1.8} aria-hidden />}
                    data-testid="export-download"
                  >
                    {text('dataset.download')}
                  </Button>
                )}
                <Button component="a" href={exportUrl(row.id, 'checksum')} download variant="subtle">
                  SHA-256
                </Button>
                <Button component="a" href={exportUrl(row.id, 'croissant')} download="croissant.json" variant="subtle">
                  Croissant
                </Button>
              </div>
            )}
          </li>
        ))}
      </ul>
      <Older list={exports} />
    </section>
  )
}
