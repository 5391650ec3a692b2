import { ToneBadge } from '@spira/shared/ui/ToneBadge.tsx'
import type { LabelConflict } from '@spira/shared/protocol/careApi.ts'
import { IconCircleCheck, IconHistory } from '@tabler/icons-react'
import { createColumnHelper } from '@tanstack/react-table'
import { useMemo } from 'react'
import { type ConsoleText, useText } from '../catalogue.ts'
import { type Column, DataTable, type TableFeature } from '../frame/DataTable.tsx'
import { Failure } from '../frame/Failure.tsx'
import { Loading } from '../frame/Loading.tsx'
import { Older } from '../frame/Older.tsx'
import { useWhen } from '../frame/useFormats.ts'
import { Section } from '../frame/Section.tsx'
import { useLabelConflicts } from './withdrawals.ts'
import styles from './WithdrawalsPage.module.css'

/** Encounters whose labels say different things: all of them, in the server's order, and which one counts. */
export function LabelConflicts() {
  const text = useText()
  const when = useWhen()
  const conflicts = useLabelConflicts()
  const columns = useMemo(() => conflictColumns(text, when), [text, when])
  return (
    <Section title={text('conflicts.title')} explanation={text('conflicts.explanation')}>
      {conflicts.isPending && <Loading />}
      {conflicts.error !== null && <Failure error={conflicts.error} onRetry={() => void conflicts.refetch()} />}
      {conflicts.data?.length === 0 && <p className={styles.none}>{text('conflicts.none')}</p>}
      {conflicts.data !== undefined && conflicts.data.length > 0 && (
        <DataTable
          label={text('conflicts.title')}
          columns={columns}
          rows={conflicts.data}
          rowId={({ encounterId }) => encounterId}
          rowTestId="conflict-row"
        />
      )}
      <Older list={conflicts} />
    </Section>
  )
}

const helper = createColumnHelper<TableFeature, LabelConflict>()

function conflictColumns(text: ConsoleText, when: (instant: string) => string): readonly Column<LabelConflict>[] {
  return helper.columns([
    helper.accessor('participantCode', {
      header: text('conflicts.participant'),
      cell: ({ row: { original } }) => (
        <>
          <strong>{original.participantCode}</strong>
          <span className="second">{original.siteName}</span>
        </>
      ),
    }),
    helper.accessor('labels', {
      header: text('conflicts.labels'),
      cell: ({ getValue }) => {
        const labels = getValue()
        const last = labels.at(-1)
        return (
          <ol className={styles.labels}>
            {labels.map((label) => (
              <li key={label.position}>
                <ToneBadge
                  tone={label === last ? 'good' : 'plain'}
                  icon={label === last ? IconCircleCheck : IconHistory}
                >
                  {text(label === last ? 'conflicts.counts' : 'conflicts.earlier', {
                    value: text(`conflicts.value.${label.value}`),
                  })}
                </ToneBadge>
                <span>
                  {[label.cause, label.givenBy, label.deviceName ?? text('conflicts.console'), when(label.givenAt)]
                    .filter((part) => part !== null)
                    .join(' · ')}
                </span>
              </li>
            ))}
          </ol>
        )
      },
    }),
  ])
}
