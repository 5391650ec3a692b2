import { Panel } from '@spira/shared/ui/Panel.tsx'
import type { ExportPreview as Preview } from '@spira/shared/protocol/exportsApi.ts'
import { IconAlertTriangle, IconCircleCheck, IconLock } from '@tabler/icons-react'
import { useText } from '../catalogue.ts'
import { ScrollRegion } from '../frame/ScrollRegion.tsx'
import { useBytes } from '../frame/useFormats.ts'
import styles from './ExportPreview.module.css'

/** The dry run: how much, the rows as they would leave, what is held back, and which few could be recognised. */
export function ExportPreview({ preview }: { preview: Preview }) {
  const text = useText()
  const bytes = useBytes()
  const { columns, rows, tableRows, size, withheld, smallCells, minimum } = preview
  const shown = text('export.rowsShown', { shown: rows.length, total: tableRows })
  const held = (['neverExported', 'freeText'] as const).filter((what) => withheld[what] > 0)
  return (
    <section className={styles.preview} aria-label={text('export.wouldLeave')}>
      <p className={styles.total} data-testid="export-total">
        {text('export.total', { recordings: preview.recordings, participants: preview.participants })},{' '}
        {text(`export.size.${size.of}`, { size: bytes(size.bytes), measure: size.measure })}
      </p>
      <div>
        <p className={styles.shown} data-testid="export-shown">
          {shown}
        </p>
        <ScrollRegion className={styles.rows} label={shown}>
          <table>
            <thead>
              <tr>
                {columns.map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={columns.map((name) => row[name]).join()} data-testid="export-preview-row">
                  {columns.map((name) => (
                    <td key={name}>{row[name] ?? '–'}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      </div>
      <Panel
        tone="plain"
        icon={IconLock}
        title={text(held.length === 0 ? 'export.withheld.none' : 'export.withheld')}
        data-testid="export-withheld"
      >
        {held.map((what) => (
          <p key={what}>{text(`export.withheld.${what}`, { count: withheld[what] })}</p>
        ))}
      </Panel>
      {smallCells.length === 0 ? (
        <Panel tone="good" icon={IconCircleCheck} title={text('export.noSmallCells', { minimum })} />
      ) : (
        <Panel
          tone="warn"
          icon={IconAlertTriangle}
          title={text('export.smallCells', { count: smallCells.length, minimum })}
        >
          <ScrollRegion
            className={styles.cells}
            label={text('export.smallCells', { count: smallCells.length, minimum })}
          >
            <ul data-testid="export-small-cells">
              {smallCells.map(({ cell, participants }) => (
                <li key={cell}>
                  {cell} ({participants})
                </li>
              ))}
            </ul>
          </ScrollRegion>
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
