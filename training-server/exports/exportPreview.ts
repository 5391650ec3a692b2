import type { ExportLayout, ExportPreview, ExportRequest } from '@spira/shared/protocol/exportsApi.ts'
import type { ServerContext } from '../server/context.ts'
import { type Cell, harmless } from './csv.ts'
import { DEIDENTIFICATION, smallCells } from './deidentification.ts'
import { exportSource } from './exportSource.ts'
import { exportSize } from './exportSize.ts'
import { recordingTable } from './layouts/recordingTables.ts'

const ROWS_SHOWN = 20
/** Layouts whose table a spreadsheet may open. */
const AS_CSV: ReadonlySet<ExportLayout> = new Set(['plain', 'audiofolder', 'spira-csv', 'redcap-csv', 'features'])

const mapValues = (row: Readonly<Record<string, Cell>>, change: (cell: Cell) => Cell): Record<string, Cell> =>
  Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, change(cell)]))

/** The dry run: what would leave, row for row as the layout writes it, and nothing does. */
export async function exportPreview(context: ServerContext, request: ExportRequest): Promise<ExportPreview> {
  const source = await exportSource(context, request)
  const { items, withheld } = source
  const { columns, rows } = recordingTable(source, request.layout)
  return {
    recordings: items.length,
    participants: new Set(items.map(({ participant }) => participant)).size,
    size: exportSize(source, request.layout),
    columns: [...columns],
    tableRows: rows.length,
    rows: rows.slice(0, ROWS_SHOWN).map((row) => (AS_CSV.has(request.layout) ? mapValues(row, harmless) : { ...row })),
    rules: [...DEIDENTIFICATION.rules],
    withheld,
    smallCells: smallCells(items),
    minimum: DEIDENTIFICATION.smallCell,
  }
}
