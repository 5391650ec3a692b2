/** Columns that hold an age in years, under the names that our exports and others' lists use. */
const AGE_COLUMNS = new Set(['age_years', 'age'])
/** What our exports call by another name than the figures do. */
const OTHER_NAMES: Readonly<Record<string, string>> = { label_cause: 'cause' }
const BAND_YEARS = 20

/**
 * What is known of a recording as groups that people can be compared by: site, device, sex, cause, ... An age becomes its band
 * ("40-59"); other numbers stay as they are written, and empty values are left out.
 */
export function groupsOf(metadata: Readonly<Record<string, string | number | null>>): Record<string, string> {
  const groups: Record<string, string> = {}
  for (const [column, value] of Object.entries(metadata)) {
    if (value === null || value === '') continue
    if (AGE_COLUMNS.has(column)) groups['ageBand'] = ageBand(Number(value))
    else groups[OTHER_NAMES[column] ?? column] = String(value)
  }
  return groups
}

function ageBand(years: number): string {
  const from = BAND_YEARS * Math.floor(years / BAND_YEARS)
  return Number.isFinite(from) ? `${from}-${from + BAND_YEARS - 1}` : 'unknown'
}
