import type { ExportPreview, ExportRequest } from '@spira/shared/protocol/exportsApi.ts'
import type { ServerContext } from '../server/context.ts'
import { DEIDENTIFICATION, FREE_TEXT, smallCells } from './deidentification.ts'
import { exportSource } from './exportSource.ts'

const ROWS_SHOWN = 20
const WAV_HEADER_BYTES = 44

/** The dry run: what would leave, row for row as it would leave, and nothing does. */
export async function exportPreview(context: ServerContext, request: ExportRequest): Promise<ExportPreview> {
  const { items, columns, withheld } = await exportSource(context, request)
  const samples = items.reduce((sum, { row }) => sum + Number(row['sample_count'] ?? 0), 0)
  const cleared: readonly string[] = request.clearedText
  return {
    recordings: items.length,
    participants: new Set(items.map(({ participant }) => participant)).size,
    audioBytes: samples * 2 + items.length * WAV_HEADER_BYTES,
    columns: columns.map((name) => ({
      name,
      example: items.find(({ row }) => row[name] !== null && row[name] !== undefined)?.row[name] ?? null,
    })),
    rows: items.slice(0, ROWS_SHOWN).map(({ row }) => row),
    rules: [...DEIDENTIFICATION.rules],
    withheld: [
      { what: 'spoken consent and ward noise', count: withheld },
      { what: 'free-text columns', count: FREE_TEXT.filter((name) => !cleared.includes(name)).length },
    ],
    smallCells: smallCells(items),
    minimum: DEIDENTIFICATION.smallCell,
  }
}
