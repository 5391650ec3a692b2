import { Button } from '@mantine/core'
import { auditRowSchema } from '@spira/shared/protocol/consoleApi.ts'
import { IconShieldCheck } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { z } from 'zod'
import { request } from '../api/request.ts'
import { useText } from '../catalogue.ts'
import { DataTable } from '../frame/DataTable.tsx'
import { Empty } from '../frame/Empty.tsx'
import { Failure } from '../frame/Failure.tsx'
import { Loading } from '../frame/Loading.tsx'
import { Page } from '../frame/Page.tsx'
import { useWhen } from '../frame/useFormats.ts'
import { AuditChain } from './AuditChain.tsx'
import { auditColumns } from './columns.tsx'

const PAGE_ROWS = 100

/** Who did what, newest first, as the server's hash chain holds it. */
export function AuditPage() {
  const text = useText()
  const when = useWhen()
  const audit = useInfiniteQuery({
    queryKey: ['audit'],
    initialPageParam: null as number | null,
    queryFn: ({ pageParam }) =>
      request(
        'GET',
        `/audit?limit=${PAGE_ROWS}${pageParam === null ? '' : `&before=${pageParam}`}`,
        z.array(auditRowSchema),
      ),
    getNextPageParam: (page) => (page.length < PAGE_ROWS ? null : (page.at(-1)?.sequence ?? null)),
  })
  const rows = useMemo(() => audit.data?.pages.flat() ?? [], [audit.data])
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
      {audit.hasNextPage && (
        <Button variant="default" mt="md" loading={audit.isFetchingNextPage} onClick={() => void audit.fetchNextPage()}>
          {text('audit.older')}
        </Button>
      )}
    </Page>
  )
}
