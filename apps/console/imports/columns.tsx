import { Button } from '@mantine/core'
import type { ImportRow } from '@spira/shared/protocol/importsApi.ts'
import { ToneBadge } from '@spira/shared/ui/ToneBadge.tsx'
import { IconArrowBackUp, IconCircleCheck, IconHourglass } from '@tabler/icons-react'
import { createColumnHelper } from '@tanstack/react-table'
import { Link } from '@tanstack/react-router'
import type { ConsoleText } from '../catalogue.ts'
import type { Column, TableFeature } from '../frame/DataTable.tsx'

const helper = createColumnHelper<TableFeature, ImportRow>()
const LOOK = {
  staged: { tone: 'warn', icon: IconHourglass },
  filed: { tone: 'good', icon: IconCircleCheck },
  undone: { tone: 'plain', icon: IconArrowBackUp },
} as const

/** `onLeave` is absent for whoever may not import. */
export function importColumns(
  text: ConsoleText,
  when: (instant: string) => string,
  onLeave: ((row: ImportRow) => void) | undefined,
): readonly Column<ImportRow>[] {
  return helper.columns([
    helper.accessor('name', {
      header: text('imports.name'),
      cell: ({ row: { original } }) =>
        original.status === 'staged' && onLeave !== undefined ? (
          <Link to="/imports/$importId" params={{ importId: original.id }}>
            <strong>{original.name}</strong>
          </Link>
        ) : (
          <strong>{original.name}</strong>
        ),
    }),
    helper.accessor('status', {
      header: text('imports.status'),
      cell: ({ getValue }) => {
        const status = getValue()
        return (
          <ToneBadge tone={LOOK[status].tone} icon={LOOK[status].icon}>
            {text(`imports.${status}`)}
          </ToneBadge>
        )
      },
    }),
    helper.accessor('recordings', {
      header: text('imports.content'),
      cell: ({ row: { original } }) =>
        original.recordings === null
          ? '–'
          : text('imports.contentOf', {
              recordings: original.recordings,
              participants: original.participants ?? 0,
            }),
    }),
    helper.display({
      id: 'by',
      header: text('imports.by'),
      cell: ({ row: { original } }) => (
        <>
          {original.createdBy}
          <span className="second">{when(original.filedAt ?? original.createdAt)}</span>
        </>
      ),
    }),
    helper.display({
      id: 'leave',
      header: text('device.actions'),
      cell: ({ row: { original } }) =>
        onLeave !== undefined &&
        original.status !== 'undone' && (
          <Button variant="subtle" onClick={() => onLeave(original)} data-testid="import-leave-open">
            {text(original.status === 'filed' ? 'imports.undoOpen' : 'imports.discardOpen')}
          </Button>
        ),
    }),
  ])
}
