import { auditRowSchema } from '@spira/shared/protocol/consoleApi.ts'
import { IconShieldCheck } from '@tabler/icons-react'
import { useMemo } from 'react'
import { usePages } from '../api/pages.ts'
import { useText } from '../catalogue.ts'
import { DataTable } from '../frame/DataTable.tsx'
import { Empty } from '../frame/Empty.tsx'
import { Failure } from '../frame/Failure.tsx'
import { Loading } from '../frame/Loading.tsx'
import { Older } from '../frame/Older.tsx'
import { Page } from '../frame/Page.tsx'
import { useWhen } from '../frame/useFormats.ts'
import { AuditChain } from './AuditChain.tsx'
import { auditColumns } from './columns.tsx'

/** Who did what, newest first, as the server's hash chain holds it. */
export function AuditPage() {
  const text = useText()
  const when = useWhen()
  const audit = usePages({ queryKey: ['audit'], path: '/audit', item: auditRowSchema })
  const rows = audit.data ?? []
  const columns = useMemo(() => auditColumns(text, when), [text, when])
  return (
    <Page title={text('page.audit')} explanation={text('audit.explanation')}>
      <AuditChain />
      {audit.isPending && <Loading />}
      {audit.error !== null && <Failure error={audit.error} onRetry={() => void audit.refetch()} />}
      {audit.isSuccess && rows.length === 0 && (
        <Empty icon={IconShieldCheck} title={text('audit.none')}>
          {text('audit.noneYet')}
        </Empty>
      )}
      {rows.length > 0 && (
        <DataTable
          label={text('page.audit')}
          columns={columns}
          rows={rows}
          rowId={({ sequence }) => String(sequence)}
          wideOnly={['subject', 'hash', 'sequence']}
          rowTestId="audit-row"
        />
      )}
      <Older list={audit} />
    </Page>
  )
}
