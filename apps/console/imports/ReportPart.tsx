import { Button } from '@mantine/core'
import type { ImportMapping, ImportReport } from '@spira/shared/protocol/importsApi.ts'
import { Panel } from '@spira/shared/ui/Panel.tsx'
import { ToneBadge } from '@spira/shared/ui/ToneBadge.tsx'
import { IconAlertTriangle, IconCircleCheck, IconDownload, IconInfoCircle } from '@tabler/icons-react'
import { createColumnHelper } from '@tanstack/react-table'
import { useMemo } from 'react'
import { type ConsoleText, useText } from '../catalogue.ts'
import { type Column, DataTable, type TableFeature } from '../frame/DataTable.tsx'
import { Failure } from '../frame/Failure.tsx'
import facts from '../frame/facts.module.css'
import styles from './ImportPage.module.css'
import { useReportDownload } from './imports.ts'

type Finding = ImportReport['findings'][number]

interface ReportPartProps {
  readonly importId: string
  readonly mapping: ImportMapping
  readonly report: ImportReport
}

/** So many sites are named; the others are counted. */
const SITES_NAMED = 3

/** What would be filed, and what is wrong with which row. */
export function ReportPart({ importId, mapping, report }: ReportPartProps) {
  const text = useText()
  const download = useReportDownload(importId)
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
          <dd>
            {report.sites.slice(0, SITES_NAMED).join(', ')}
            {report.sites.length > SITES_NAMED &&
              ` ${text('imports.moreSites', { count: report.sites.length - SITES_NAMED })}`}
          </dd>
        </div>
        <div>
          <dt>{text('imports.findings')}</dt>
          <dd>{report.errors + report.warnings}</dd>
          <dd>{text('imports.errorsAndWarnings', { errors: report.errors, warnings: report.warnings })}</dd>
        </div>
      </dl>
      {report.findings.length > 0 && (
        <div className={styles.found}>
          <span data-testid="import-shown">
            {text('imports.shown', { shown: report.findings.length, count: report.flawedRows })}
          </span>
          <Button
            variant="default"
            loading={download.isPending}
            leftSection={<IconDownload size={18} stroke={1.8} aria-hidden />}
            onClick={() => download.mutate(mapping)}
            data-testid="import-report-download"
          >
            {text('imports.reportDownload')}
          </Button>
        </div>
      )}
      {download.error !== null && <Failure error={download.error} />}
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
