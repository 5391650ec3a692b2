import { Progress } from '@mantine/core'
import type { StorageFacts } from '@spira/shared/protocol/careApi.ts'
import { createColumnHelper } from '@tanstack/react-table'
import { useMemo } from 'react'
import { useIntl } from 'react-intl'
import { type ConsoleText, useText } from '../catalogue.ts'
import { type Column, DataTable, type TableFeature } from '../frame/DataTable.tsx'
import { Failure } from '../frame/Failure.tsx'
import { Section } from '../frame/Section.tsx'
import { useBytes } from '../frame/useFormats.ts'
import { useStorage } from './server.ts'
import styles from './ServerPage.module.css'

interface Kind {
  readonly kind: StorageFacts['kinds'][number]['kind'] | 'recordings' | 'awaited'
  readonly count: number
  readonly bytes: number
}

/** How full the disk is, and with what. */
export function StoragePart() {
  const text = useText()
  const bytes = useBytes()
  const { formatNumber } = useIntl()
  const { data, error, refetch } = useStorage()
  const columns = useMemo(() => kindColumns(text, bytes, formatNumber), [text, bytes, formatNumber])
  return (
    <Section title={text('room.title')} explanation={text('room.explanation')}>
      {error !== null && <Failure error={error} onRetry={() => void refetch()} />}
      {data !== undefined && (
        <>
          <div className={styles.disk}>
            <Progress
              value={100 * (1 - data.disk.freeBytes / data.disk.totalBytes)}
              color={data.disk.freeBytes < data.disk.totalBytes / 20 ? 'red' : 'teal'}
              size="lg"
              aria-label={text('room.disk')}
            />
            <span data-testid="disk-free">
              {text('room.free', { free: bytes(data.disk.freeBytes), total: bytes(data.disk.totalBytes) })}
            </span>
          </div>
          <DataTable
            label={text('room.title')}
            columns={columns}
            rows={kindsOf(data)}
            rowId={({ kind }) => kind}
            rowTestId="storage-row"
          />
        </>
      )}
    </Section>
  )
}

const kindsOf = ({ recordings, awaited, kinds }: StorageFacts): readonly Kind[] =>
  [{ kind: 'recordings' as const, ...recordings }, { kind: 'awaited' as const, ...awaited }, ...kinds].toSorted(
    (one, other) => other.bytes - one.bytes,
  )

const helper = createColumnHelper<TableFeature, Kind>()
const kindColumns = (
  text: ConsoleText,
  bytes: (count: number) => string,
  number: (count: number) => string,
): readonly Column<Kind>[] =>
  helper.columns([
    helper.accessor('kind', {
      header: text('room.kind'),
      cell: ({ getValue }) => <strong>{text(`room.${getValue()}`)}</strong>,
    }),
    helper.accessor('count', { header: text('room.count'), cell: ({ getValue }) => number(getValue()) }),
    helper.accessor('bytes', { header: text('room.bytes'), cell: ({ getValue }) => bytes(getValue()) }),
  ])
