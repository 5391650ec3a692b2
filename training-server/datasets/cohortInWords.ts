import type { Cohort, CohortRule } from '@spira/shared/protocol/cohortApi.ts'
import type { RecordingFilters } from '@spira/shared/protocol/recordingFilters.ts'
import { ICD_CODE } from '../exports/deidentification.ts'

/** What a place or a thing is called in the exports of the version; null: nothing of it is in the version. */
export interface ExportNumbers {
  readonly siteOf: (siteId: string) => string | null
  readonly deviceOf: (deviceId: string) => string | null
}

/** The rules of a cohort as a list of sentences that leave as an export does: sites and devices by number, no day, no free text. */
export function cohortInWords({ rules, matching }: Cohort, numbers: ExportNumbers): string[] {
  const sentences = rules.map(({ mode, filters }) => `${MODE[mode]} ${conditions(filters, numbers)}.`)
  if (matching === undefined) return sentences
  const alike = [
    ...matching.exact.map((variable) => `of the same ${variable}`),
    ...(matching.ageYears === undefined ? [] : [`with ages at most ${matching.ageYears} years apart`]),
    ...(matching.noiseDb === undefined ? [] : [`with noise at most ${matching.noiseDb} dB apart`]),
  ]
  return [...sentences, `${['Participants of the two classes matched one to one', ...alike].join(', ')}.`]
}

const MODE: Readonly<Record<CohortRule['mode'], string>> = {
  include: 'Only recordings with',
  exclude: 'No recordings with',
}

/** Values of one filter are alternatives, different filters hold together. */
function conditions(filters: RecordingFilters, { siteOf, deviceOf }: ExportNumbers): string {
  const { cause } = filters
  const codes = cause?.filter((text) => ICD_CODE.test(text) || text === 'none')
  const words = (cause?.length ?? 0) - (codes?.length ?? 0)
  const found = [
    anyOf(
      'site',
      filters.site?.map((id) => siteOf(id) ?? 'a site that is not in this version'),
    ),
    anyOf(
      'device',
      filters.device?.map((id) => deviceOf(id) ?? 'a device that is not in this version'),
    ),
    anyOf('task', filters.task),
    anyOf('label', filters.label),
    anyOf('cause', cause && [...(codes ?? []), ...(words === 0 ? [] : [words === 1 ? 'a text' : `${words} texts`])]),
    anyOf('quality', filters.quality),
    anyOf('model decision', filters.decision),
    anyOf('curation', filters.curation),
    anyOf('sex', filters.sex),
    between('age', filters.ageFrom, filters.ageTo, ' years'),
    between('SpO₂', filters.spo2From, filters.spo2To, ' %'),
    between('signal-to-noise ratio', filters.snrFrom, filters.snrTo, ' dB'),
    between('model score', filters.scoreFrom, filters.scoreTo, ''),
    between('difference between label and score', filters.disagreementFrom, filters.disagreementTo, ''),
    recordedIn(filters.dayFrom, filters.dayTo),
    filters.search === undefined ? null : 'a name that was searched for',
  ].filter((text) => text !== null)
  return found.length === 0 ? 'anything' : found.join('; ')
}

const anyOf = (name: string, values: readonly string[] | undefined): string | null =>
  values === undefined || values.length === 0
    ? null
    : `${name} ${[...new Set(values.map((value) => (value === 'none' ? 'not given' : value)))].join(' or ')}`

function between(name: string, from: number | undefined, to: number | undefined, unit: string): string | null {
  if (from === undefined && to === undefined) return null
  if (to === undefined) return `${name} of at least ${from}${unit}`
  if (from === undefined) return `${name} of at most ${to}${unit}`
  return `${name} from ${from} to ${to}${unit}`
}

/** The days themselves would tell what the shift of the dates takes away. */
function recordedIn(from: string | undefined, to: string | undefined): string | null {
  if (from === undefined && to === undefined) return null
  if (from === undefined || to === undefined)
    return `a day of recording ${to === undefined ? 'from' : 'up to'} a chosen one`
  const days = Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000) + 1
  return `a day of recording among ${days} chosen in a row`
}
