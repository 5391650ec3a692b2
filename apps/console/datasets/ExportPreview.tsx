import { Panel } from '@spira/shared/ui/Panel.tsx'
import type { ExportPreview as Preview } from '@spira/shared/protocol/exportsApi.ts'
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react'
import { useText } from '../catalogue.ts'
import { useBytes } from '../frame/useFormats.ts'
import styles from './ExportPreview.module.css'

/** The dry run: how much, which columns with their first value, what is withheld, and which few could be recognised. */
export function ExportPreview({ preview }: { preview: Preview }) {
  const text = useText()
  const bytes = useBytes()
  return (
    <section className={styles.preview} aria-label={text('export.wouldLeave')}>
      <p className={styles.total} data-testid="export-total">
        {text('export.total', {
          recordings: preview.recordings,
          participants: preview.participants,
          size: bytes(preview.audioBytes),
        })}
      </p>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls: arrow keys must reach it (axe: scrollable-region-focusable) */}
      <div className={styles.columns} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{text('export.column')}</th>
              <th scope="col">{text('export.example')}</th>
            </tr>
          </thead>
          <tbody>
            {preview.columns.map(({ name, example }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{example ?? text('export.empty')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {preview.smallCells.length === 0 ? (
        <Panel tone="good" icon={IconCircleCheck} title={text('export.noSmallCells', { minimum: preview.minimum })} />
      ) : (
        <Panel
          tone="warn"
          icon={IconAlertTriangle}
          title={text('export.smallCells', { count: preview.smallCells.length, minimum: preview.minimum })}
        >
          <p>
            {preview.smallCells
              .slice(0, 6)
              .map(({ cell, participants }) => `${cell} (${participants})`)
              .join('; ')}
          </p>
        </Panel>
      )}
      <details className={styles.rules}>
        <summary>{text('export.rules')}</summary>
        <ul>
          {preview.rules.map((rule) => (
            <li key={rule}>{rule}</li>
          ))}
        </ul>
      </details>
    </section>
  )
}
