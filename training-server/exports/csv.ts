export type Cell = string | number | null

/**
 * CSV after RFC 4180, with CRLF. A text that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, "CSV
 * Injection"): whoever typed it at a bedside must not run code on a researcher's machine.
 */
export function toCsv(columns: readonly string[], rows: readonly Readonly<Record<string, Cell>>[]): string {
  const lines = [columns.map(cellText), ...rows.map((row) => columns.map((column) => cellText(row[column] ?? null)))]
  return lines.map((cells) => `${cells.join(',')}\r\n`).join('')
}

/** A text as a spreadsheet shows it and runs nothing. */
export const harmless = (cell: Cell): Cell =>
  typeof cell === 'string' && /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell

function cellText(cell: Cell): string {
  const text = String(harmless(cell) ?? '')
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
