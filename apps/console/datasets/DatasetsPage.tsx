import { Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import type { DatasetVersion } from '@spira/shared/protocol/consoleApi.ts'
import { IconDatabase, IconSnowflake } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import { useRole } from '../account/session.ts'
import { useText } from '../catalogue.ts'
import { DataTable } from '../frame/DataTable.tsx'
import { Empty } from '../frame/Empty.tsx'
import { Failure } from '../frame/Failure.tsx'
import { Loading } from '../frame/Loading.tsx'
import { Page } from '../frame/Page.tsx'
import { useWhen } from '../frame/useFormats.ts'
import { DiffPanel } from './DiffPanel.tsx'
import { datasetColumns } from './columns.tsx'
import { useDatasetVersions } from './datasets.ts'
import { ExportDialog } from './ExportDialog.tsx'
import { ExportList } from './ExportList.tsx'
import { FreezeDialog } from './FreezeDialog.tsx'

export function DatasetsPage() {
  const text = useText()
  const when = useWhen()
  const role = useRole()
  const mayChange = role === 'administrator' || role === 'researcher'
  const versions = useDatasetVersions()
  const [freezing, dialog] = useDisclosure(false)
  const [exporting, setExporting] = useState<DatasetVersion | null>(null)
  const columns = useMemo(
    () =>
      datasetColumns(
        text,
        when,
        mayChange ? setExporting : undefined,
        ({ successorId }) => versions.data?.find(({ id }) => id === successorId)?.name ?? null,
      ),
    [text, when, mayChange, versions.data],
  )
  return (
    <Page
      title={text('page.datasets')}
      explanation={text('datasets.explanation')}
      actions={
        mayChange && (
          <Button
            onClick={dialog.open}
            leftSection={<IconSnowflake size={20} stroke={1.8} aria-hidden />}
            data-testid="freeze-open"
          >
            {text('freeze.open')}
          </Button>
        )
      }
    >
      {versions.isPending && <Loading />}
      {versions.error !== null && <Failure error={versions.error} onRetry={() => void versions.refetch()} />}
      {versions.data?.length === 0 && (
        <Empty icon={IconDatabase} title={text('datasets.none')}>
          {text('datasets.noneYet')}
        </Empty>
      )}
      {versions.data !== undefined && versions.data.length > 0 && (
        <DataTable
          label={text('page.datasets')}
          columns={columns}
          rows={versions.data}
          rowId={({ id }) => id}
          wideOnly={['size', 'hash', 'frozen']}
          rowTestId="dataset-row"
        />
      )}
      {versions.data !== undefined && versions.data.length > 1 && <DiffPanel versions={versions.data} />}
      {(mayChange || role === 'auditor') && <ExportList downloads={mayChange ? 'allowed' : 'refused'} />}
      {exporting !== null && <ExportDialog version={exporting} onClose={() => setExporting(null)} />}
      {freezing && <FreezeDialog onClose={dialog.close} />}
    </Page>
  )
}
