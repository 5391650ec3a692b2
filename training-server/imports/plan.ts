import type { ImportFailure, ImportIssue, ImportMapping, ImportReport } from '@spira/shared/protocol/importsApi.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import type { Label, Participant, Task } from '@spira/shared/protocol/records.ts'
import type { QualityReport } from '@spira/shared/protocol/quality.ts'
import type { StagedAudio } from './audio/stagedAudio.ts'
import { cellsOf, type ImportList } from './list.ts'
import { ageOf, instantOf, sexOf, spo2Of, wordMeaning } from './words.ts'

export interface StagedFile {
  readonly id: string
  readonly path: string
  readonly audio: StagedAudio | null
  readonly failure: ImportFailure | null
}

/** A row that can be filed. */
export interface PlannedRecording {
  readonly file: StagedFile & { readonly audio: StagedAudio }
  readonly site: string
  /** What the list calls the participant; never stored. */
  readonly participant: string
  readonly sex: Participant['sex'] | null
  readonly ageYears: number | null
  readonly task: Task
  readonly label: Label['value'] | null
  readonly spo2Percent: number | null
  readonly recordedAt: string | null
  readonly quality: QualityReport
}

/** What the server knows that a list does not say. */
export interface KnownAlready {
  /** Hashes of audio that is filed. */
  readonly audio: ReadonlySet<string>
  /** Whether this site's participant of that name came before and has withdrawn. */
  readonly isWithdrawn: (site: string, participant: string) => boolean
}

/** Reads a list with a mapping: what can be filed, and what is wrong with each row, all of them. Decides nothing about the whole. @throws SpiraError import_column_unknown */
export function planImport(
  list: ImportList,
  mapping: ImportMapping,
  files: readonly StagedFile[],
  known: KnownAlready,
): { readonly planned: readonly PlannedRecording[]; readonly report: ImportReport } {
  const read = rowReader(list, mapping)
  const byPath = new Map(files.map((file) => [file.path, file]))
  const byName = new Map(files.map((file) => [nameOf(file.path), file]))
  const used = new Set<string>()
  const audio = new Set<string>()
  const people = new Map<string, { sex: string | null; ageYears: number | null; label: string | null }>()
  const planned: PlannedRecording[] = []
  const findings: ImportReport['findings'] = []
  const totals = { errors: 0, warnings: 0 }

  list.rows.forEach((_, index) => {
    const issues: ImportIssue[] = []
    const row = read(index, issues)
    const file = byPath.get(row.file) ?? byName.get(nameOf(row.file))
    if (file === undefined) issues.push(error('file-missing', row.file))
    else if (used.has(file.id)) issues.push(error('file-repeated', row.file))
    else if (file.audio === null) issues.push(error('file-unreadable', file.failure))
    else {
      if (known.audio.has(file.audio.hash)) issues.push(error('audio-filed', null))
      else if (audio.has(file.audio.hash)) issues.push(error('audio-repeated', null))
      audio.add(file.audio.hash)
    }
    if (file !== undefined) used.add(file.id)
    if (row.participant !== '') {
      if (known.isWithdrawn(row.site, row.participant)) issues.push(error('participant-withdrawn', null))
      const person = JSON.stringify([row.site, row.participant])
      const before = people.get(person)
      if (before === undefined) people.set(person, row)
      else {
        if (before.sex !== row.sex || before.ageYears !== row.ageYears)
          issues.push(error('participant-contradicts', row.participant))
        if (before.label !== row.label) issues.push(error('label-contradicts', row.participant))
      }
    }
    const staged = file?.audio ?? null
    if (file !== undefined && staged !== null && row.task !== null) {
      const quality = staged.quality[EXPECTS[row.task] ?? 'speech']
      if (quality.verdict === 'unusable')
        issues.push({
          severity: 'warning',
          code: 'quality-unusable',
          value: quality.findings.map(({ code }) => code).join(', '),
        })
      if (issues.every(({ severity }) => severity === 'warning'))
        planned.push({ ...row, file: { ...file, audio: staged }, task: row.task, quality })
    }
    for (const { severity } of issues) totals[severity === 'error' ? 'errors' : 'warnings'] += 1
    if (issues.length > 0) findings.push({ row: index + 1, file: row.file, issues })
  })
  const report: ImportReport = {
    rows: list.rows.length,
    participants: people.size,
    sites: [...new Set([...people.keys()].map(siteOfPerson))].toSorted((a, b) => a.localeCompare(b)),
    ...totals,
    flawedRows: findings.length,
    findings,
    unused: files.length - used.size,
  }
  return { planned, report }
}

/** What each task wants to hear; the others: speech. */
const EXPECTS: Partial<Record<Task, keyof StagedAudio['quality']>> = {
  'ambient-noise': 'room',
  'sustained-vowel': 'vowel',
}

const error = (code: ImportIssue['code'], value: string | null): ImportIssue => ({ severity: 'error', code, value })
const nameOf = (path: string): string => path.split(/[\\/]/).at(-1) ?? path
const siteOfPerson = (person: string): string => (JSON.parse(person) as [string, string])[0]

/** Reads the cells of a row as the mapping says; what makes no sense is added to its issues. */
function rowReader(list: ImportList, mapping: ImportMapping) {
  const column = (name: string | null): readonly string[] | null => {
    if (name === null) return null
    const cells = cellsOf(list, name)
    if (cells === null) throw new SpiraError('import_column_unknown', { column: name })
    return cells
  }
  const { site, task, label } = mapping
  const files = column(mapping.file)
  const participants = column(mapping.participant)
  const sites = 'column' in site ? column(site.column) : null
  const tasks = 'column' in task ? column(task.column) : null
  const labels = column(label?.column ?? null)
  const [ages, sexes, spo2s, dates] = [mapping.age, mapping.sex, mapping.spo2, mapping.recordedAt].map(column)

  return (at: number, issues: ImportIssue[]) => {
    /** A cell that may be empty and must otherwise be understood. */
    const cell = <T>(
      cells: readonly string[] | null | undefined,
      code: ImportIssue['code'],
      severity: ImportIssue['severity'],
      read: (word: string) => T | null,
    ): T | null => {
      const word = cells?.[at] ?? ''
      if (word === '') return null
      const value = read(word)
      if (value === null) issues.push({ severity, code, value: word.slice(0, 80) })
      return value
    }
    const participant = participants?.[at] ?? ''
    if (participant === '') issues.push(error('participant-empty', null))
    const siteName = 'name' in site ? site.name : (sites?.[at] ?? '')
    if (!isSiteName(siteName)) issues.push(error('site-invalid', siteName.slice(0, 80)))
    const taskOfRow =
      'task' in task ? task.task : cell(tasks, 'task-unknown', 'error', (word) => wordMeaning(task.meanings, word))
    if (taskOfRow === null && tasks?.[at] === '') issues.push(error('task-unknown', null))
    return {
      file: files?.[at] ?? '',
      participant,
      site: siteName,
      task: taskOfRow,
      label: cell(labels, 'label-unknown', 'error', (word) => wordMeaning(label?.meanings ?? [], word)),
      ageYears: cell(ages, 'age-invalid', 'error', ageOf),
      sex: cell(sexes, 'sex-unknown', 'warning', sexOf),
      spo2Percent: cell(spo2s, 'spo2-invalid', 'error', spo2Of),
      recordedAt: cell(dates, 'date-invalid', 'error', instantOf),
    }
  }
}

/** A name that can stand in every table and file that leaves: one line, and nothing a spreadsheet would run. */
const isSiteName = (name: string): boolean => name.length <= 80 && /^[\p{L}\p{N}][^\p{C}]*$/u.test(name)
