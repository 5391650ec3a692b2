import { Button } from '@mantine/core'
import { CONSOLE_API, type DatasetVersion } from '@spira/shared/protocol/consoleApi.ts'
import { ToneBadge } from '@spira/shared/ui/ToneBadge.tsx'
import { IconFileText, IconPackageExport, IconUserOff } from '@tabler/icons-react'
import { createColumnHelper } from '@tanstack/react-table'
import type { ConsoleText } from '../catalogue.ts'
import type { Column, TableFeature } from '../frame/DataTable.tsx'
import { Hash } from '../frame/Hash.tsx'
import { SimulatedMark } from '../frame/SimulatedMark.tsx'
import { ClassBalance } from './ClassBalance.tsx'
import { DeleteListLink } from './DeleteListLink.tsx'
import styles from './DatasetsPage.module.css'

const helper = createColumnHelper<TableFeature, DatasetVersion>()

/** `onExport` is absent for whoever may not; `successorName` is of the version without those who have withdrawn since. */
export function datasetColumns(
  text: ConsoleText,
  when: (instant: string) => string,
  onExport: ((version: DatasetVersion) => void) | undefined,
  successorName: (version: DatasetVersion) => string | null,
): readonly Column<DatasetVersion>[] {
  return helper.columns([
    helper.accessor('name', {
      header: text('dataset.name'),
      cell: ({ row: { original } }) => (
        <div className={styles.name}>
          <strong>{original.name}</strong>
          {original.simulated && <SimulatedMark />}
          {original.withdrawnAt !== null && (
            <ToneBadge tone="warn" icon={IconUserOff}>
              {text('dataset.withdrawn')}
            </ToneBadge>
          )}
          {successorName(original) !== null && (
            <span>{text('dataset.successor', { name: successorName(original) ?? '' })}</span>
          )}
          {original.description !== '' && <span>{original.description}</span>}
        </div>
      ),
    }),
    helper.accessor('recordings', {
      id: 'size',
      header: text('dataset.size'),
      cell: ({ row: { original } }) => (
        <>
          {text('dataset.recordings', { count: original.recordings })}
          <span className="second">{text('dataset.participants', { count: original.participants })}</span>
        </>
      ),
    }),
    helper.display({
      id: 'balance',
      header: text('dataset.balance'),
      cell: ({ row: { original } }) => <ClassBalance present={original.present} absent={original.absent} />,
    }),
    helper.accessor('contentHash', {
      id: 'hash',
      header: text('dataset.hash'),
      cell: ({ getValue }) => <Hash value={getValue()} digits={12} />,
    }),
    helper.accessor('frozenAt', {
      id: 'frozen',
      header: text('dataset.frozen'),
      cell: ({ row: { original } }) => (
        <>
          {when(original.frozenAt)}
          <span className="second">{original.frozenBy}</span>
        </>
      ),
    }),
    helper.display({
      id: 'export',
      header: text('dataset.actions'),
      cell: ({ row: { original } }) => (
        <div className={styles.actions}>
          <Button
            component="a"
            href={`${CONSOLE_API}/dataset-versions/${original.id}/datasheet`}
            download={`datasheet-${original.contentHash.slice(0, 12)}.md`}
            variant="subtle"
            leftSection={<IconFileText size={18} stroke={1.8} aria-hidden />}
            aria-label={`${text('datasheet.open')}: ${original.name}`}
            data-testid="dataset-datasheet"
          >
            {text('datasheet.open')}
          </Button>
          {original.withdrawnAt !== null && <DeleteListLink datasetVersionId={original.id} name={original.name} />}
          {onExport && (
            <Button
              onClick={() => onExport(original)}
              variant="default"
              leftSection={<IconPackageExport size={18} stroke={1.8} aria-hidden />}
              aria-label={text('export.openOf', { name: original.name })}
              data-testid="dataset-export"
            >
              {text('export.open')}
            </Button>
          )}
        </div>
      ),
    }),
  ])
}
