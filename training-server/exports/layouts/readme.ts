import { DEIDENTIFICATION, smallCells } from '../deidentification.ts'
import type { ExportFile, ExportSource } from './layout.ts'

/** What a stranger who finds the archive must know. */
export function readme(source: ExportSource): ExportFile {
  const { dataset, items } = source
  const cells = smallCells(items)
  const content = `# ${dataset.name}
${dataset.description}

Content SHA-256  ${dataset.contentHash}
Frozen           ${dataset.frozenAt.toISOString().slice(0, 10)}
Recordings       ${items.length} of ${new Set(items.map(({ participant }) => participant)).size} participants
${dataset.simulated ? '\nCONTAINS SIMULATED VOICES: not for clinical use, not for conclusions about patients.\n' : ''}
One row is one recording; label 1: respiratory insufficiency present, 0: absent. Keep all recordings of a participant in the
same split. Audio: 16 kHz, mono, 16 bits. SHA256SUMS lists every file: \`sha256sum --check SHA256SUMS\`. An apostrophe before
= + - or @ in a table keeps spreadsheets from taking a text for a formula.

## What was taken away (rules version ${DEIDENTIFICATION.version})
${DEIDENTIFICATION.rules.map((rule) => `- ${rule}`).join('\n')}

## Combinations that fewer than ${DEIDENTIFICATION.smallCell} participants share
${cells.length === 0 ? 'None.' : cells.map(({ cell, participants }) => `- ${cell}: ${participants}`).join('\n')}
`
  return { path: 'README.md', content }
}
