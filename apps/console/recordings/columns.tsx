import type { RecordingRow } from '@spira/shared/protocol/consoleApi.ts'
import { clock } from '@spira/shared/ui/clock.ts'
import { IconFlask } from '@tabler/icons-react'
import { createColumnHelper } from '@tanstack/react-table'
import type { ConsoleText } from '../catalogue.ts'
import type { Column, TableFeature } from '../frame/DataTable.tsx'
import { DayAndTime } from '../frame/DayAndTime.tsx'
import { LabelBadge, QualityBadge, Score } from './RecordingBadges.tsx'
import styles from './RecordingsTable.module.css'

const helper = createColumnHelper<TableFeature, RecordingRow>()

/** Columns of the recordings; the pseudonym opens the row. */
export function recordingColumns(
  text: ConsoleText,
  open: (row: RecordingRow) => void,
): readonly Column<RecordingRow>[] {
  return helper.columns([
    helper.accessor('participantCode', {
      header: text('recording.participant'),
      cell: ({ row }) => (
        <button className={styles.open} type="button" onClick={() => open(row.original)}>
          {row.original.participantCode}
          {row.original.simulated && <IconFlask size={16} stroke={1.8} aria-label={text('simulated.short')} />}
        </button>
      ),
    }),
    helper.accessor('siteName', {
      id: 'site',
      header: text('recording.siteAndDevice'),
      cell: ({ row }) => (
        <>
          {row.original.siteName}
          <span className="second">{row.original.deviceName}</span>
        </>
      ),
    }),
    helper.accessor('task', {
      id: 'task',
      header: text('recording.task'),
      cell: ({ getValue }) => text(`task.${getValue()}`),
    }),
    helper.accessor('startedAt', {
      id: 'date',
      header: text('recording.date'),
      cell: ({ getValue }) => <DayAndTime instant={getValue()} />,
    }),
    helper.accessor('durationMs', {
      id: 'duration',
      header: text('recording.duration'),
      cell: ({ getValue }) => clock(getValue() / 1000),
    }),
    helper.accessor('quality', {
      id: 'quality',
      header: text('recording.quality'),
      cell: ({ row }) => <QualityBadge quality={row.original.quality} />,
    }),
    helper.accessor('label', {
      id: 'label',
      header: text('recording.label'),
      cell: ({ row }) => <LabelBadge label={row.original.label} />,
    }),
    helper.accessor('assessment', {
      id: 'score',
      header: text('recording.score'),
      cell: ({ row }) => <Score assessment={row.original.assessment} />,
    }),
  ])
}
