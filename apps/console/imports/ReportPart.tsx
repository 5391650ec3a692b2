import type { ImportReport } from '@spira/shared/protocol/importsApi.ts'
import { Panel } from '@spira/shared/ui/Panel.tsx'
import { ToneBadge } from '@spira/shared/ui/ToneBadge.tsx'
import { IconAlertTriangle, IconCircleCheck, IconInfoCircle } from '@tabler/icons-react'
import { createColumnHelper } from '@tanstack/react-table'
import { useMemo } from 'react'
import { type ConsoleText, useText } from '../catalogue.ts'
import { type Column, DataTable, type TableFeature } from '../frame/DataTable.tsx'
import facts from '../frame/facts.module.css'
import styles from './ImportPage.module.css'

type Finding = ImportReport['findings'][number]

/** What would be filed, and what is wrong with which row. */
export function ReportPart({ report }: { report: ImportReport }) {
  const text = useText()
  const columns = useMemo(() => findingColumns(text), [text])
  return (
    <div className={styles.parts}>
      <Panel
        tone={report.errors > 0 ? 'alarm' : 'good'}
        icon={report.errors > 0 ? IconAlertTriangle : IconCircleCheck}
        title={text(report.errors > 0 ? 'imports.hasErrors' : 'imports.isReady', { count: report.errors })}
        data-testid="import-verdict"
      />
      <dl className={facts.facts}>
        <div>
          <dt>{text('imports.rows')}</dt>
          <dd>{report.rows}</dd>
          <dd>{text('imports.unused', { count: report.unused })}</dd>
        </div>
        <div>
          <dt>{text('imports.participants')}</dt>
          <dd>{report.participants}</dd>
          <dd>{report.sites.slice(0, 3).join(', ')}</dd>
        </div>
        <div>
          <dt>{text('imports.findings')}</dt>
          <dd>{report.errors + report.warnings}</dd>
          <dd>{text('imports.errorsAndWarnings', { errors: report.errors, warnings: report.warnings })}</dd>
        </div>
      </dl>
      {report.findings.length > 0 && (
        <DataTable
          label={text('imports.findings')}
          columns={columns}
          rows={report.findings}
          rowId={({ row }) => String(row)}
          rowTestId="import-finding"
        />
      )}
    </div>
  )
}

const helper = createColumnHelper<TableFeature, Finding>()
const findingColumns = (text: ConsoleText): readonly Column<Finding>[] =>
  helper.columns([
    helper.accessor('row', { header: text('imports.row') }),
    helper.accessor('file', { header: text('imports.column.file') }),
    helper.accessor('issues', {
      header: text('imports.findings'),
      cell: ({ getValue }) => (
        <ul className={styles.issues}>
          {getValue().map(({ severity, code, value }) => (
            <li key={code}>
              <ToneBadge
                tone={severity === 'error' ? 'alarm' : 'warn'}
                icon={severity === 'error' ? IconAlertTriangle : IconInfoCircle}
              >
                {text(`importIssue.${code}`, { value: value ?? '' })}
              </ToneBadge>
            </li>
          ))}
        </ul>
      ),
    }),
  ])
