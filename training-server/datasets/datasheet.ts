import type { Cohort } from '@spira/shared/protocol/cohortApi.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { DEIDENTIFICATION, keyedDigest, NEVER_EXPORTED, placeNumbers } from '../exports/deidentification.ts'
import type { ServerContext } from '../server/context.ts'
import { cohortInWords, type ExportNumbers } from './cohortInWords.ts'

/**
 * The datasheet of a version, in Markdown, from its own items: the questions of T. Gebru et al., "Datasheets for Datasets", Communications of
 * the ACM 64, 2021, as far as the data themselves can answer them. Counts alone: no row, no participant, no site by name, no day of recording.
 *
 * @throws SpiraError not_found
 */
export async function datasheet(
  context: Pick<ServerContext, 'db' | 'keys'>,
  datasetVersionId: string,
): Promise<string> {
  const { db } = context
  const version = await db
    .selectFrom('datasetVersions')
    .selectAll()
    .where('id', '=', datasetVersionId)
    .executeTakeFirst()
  if (version === undefined) throw new SpiraError('not_found')
  const items = await db
    .selectFrom('datasetItems')
    .leftJoin('recordings', 'recordings.id', 'datasetItems.recordingId')
    .select([
      'datasetItems.participantId',
      'datasetItems.siteId',
      'datasetItems.task',
      'datasetItems.label',
      'datasetItems.metadata',
      'recordings.deviceId',
    ])
    .where('datasetVersionId', '=', datasetVersionId)
    .execute()
  const people = [...Map.groupBy(items, ({ participantId }) => participantId).values()]
  const first = people.flatMap(([item]) => item ?? [])
  const seconds = sum(items.map(({ metadata }) => numberOf(metadata['sample_count']) ?? 0)) / 16_000
  const days = items.map(({ metadata }) => String(metadata['recorded_at'] ?? '').slice(0, 10)).toSorted()
  const leaving = items.filter(({ task }) => !NEVER_EXPORTED.has(task))
  const numbers = exportNumbers(context, datasetVersionId, leaving)
  return `# Datasheet: ${version.name}

${version.description}

| | |
|---|---|
| Content SHA-256 | \`${version.contentHash}\` |
| Frozen | ${version.frozenAt.toISOString().slice(0, 10)} by ${version.frozenBy} |
| Recordings | ${items.length} (${(seconds / 3600).toFixed(2)} h) of ${people.length} participants at ${new Set(items.map(({ siteId }) => siteId)).size} sites |
| Classes | ${items.filter(({ label }) => label === 1).length} present, ${items.filter(({ label }) => label === 0).length} absent |
${version.withdrawnAt === null ? '' : `| Withdrawn | Participants have withdrawn since ${version.withdrawnAt.toISOString().slice(0, 10)}: do not use this version; ${version.successorId === null ? 'nothing is left of it' : `its successor is ${version.successorId}`} |\n`}
${version.simulated ? '**Contains simulated voices: not for clinical use, not for conclusions about patients.**\n' : ''}
## Motivation
Speech recorded at the bedside, with a label that says whether respiratory insufficiency was present, to train and test models that screen
for it. A pre-triage aid is the intended use; a diagnosis is not.

## Composition
An instance is one recording of one task. Each carries the participant's sex and age, vitals, the label with how it was established, and the
quality that the device measured. Recordings of one participant belong in one split.

${table('Task', countsOf(items.map(({ task }) => task)))}
${table('Sex (participants)', countsOf(first.map(({ metadata }) => String(metadata['sex'] ?? 'not given'))))}
${table('Age (participants)', countsOf(first.map(({ metadata }) => decadeOf(numberOf(metadata['age_years'])))))}
${table('Quality', countsOf(items.map(({ metadata }) => String(metadata['quality']))))}
${table('Label established by', countsOf(items.map(({ metadata }) => String(metadata['label_established_by']))))}

Missing: SpO₂ in ${missing(items, 'spo2_percent')}, heart rate in ${missing(items, 'heart_rate_per_min')}, respiratory rate in
${missing(items, 'respiratory_rate_per_min')}, age in ${missing(items, 'age_years')}, sex in ${missing(items, 'sex')} of ${items.length} recordings.

## Collection
Recorded over a span of ${spanOf(days)} with the browser's own processing switched off, resampled to 16 kHz, mono, 16 bits.
Each encounter holds a consent; withdrawn participants are taken out of every version.

## How it was chosen
${chosenBy(version.cohort, numbers)}

## Preprocessing and labelling
The samples are those of the device; nothing was filtered or cut. Recordings that an annotator rejected are not in it.

## Distribution
By an export, under these rules (version ${DEIDENTIFICATION.version}):
${DEIDENTIFICATION.rules.map((rule) => `- ${rule}`).join('\n')}
`
}

function chosenBy(cohort: Cohort | null, numbers: ExportNumbers): string {
  const base =
    'Every filed recording of a speech task with a label of present or absent, usable quality and no rejection.'
  if (cohort === null) return base
  return [base, '', ...cohortInWords(cohort, numbers).map((sentence, index) => `${index + 1}. ${sentence}`)].join('\n')
}

/** Sites and devices as the exports of the version number them. */
function exportNumbers(
  { keys }: Pick<ServerContext, 'keys'>,
  scope: string,
  items: Parameters<typeof placeNumbers>[0],
): ExportNumbers {
  const { sites, devices } = placeNumbers(items, keyedDigest(keys.exports, scope))
  return { siteOf: (id) => sites.get(id) ?? null, deviceOf: (id) => devices.get(id) ?? null }
}

/** How long it took from the first recording to the last; the days themselves are shifted in every export, and stay here. */
function spanOf(days: readonly string[]): string {
  const [first, last] = [days[0], days.at(-1)]
  if (first === undefined || last === undefined || first === '' || first === last) return 'one day'
  const inDays = (Date.parse(last) - Date.parse(first)) / 86_400_000 + 1
  return inDays < 62 ? `${inDays} days` : `about ${Math.round(inDays / 30.44)} months`
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

const numberOf = (value: string | number | null | undefined): number | null =>
  typeof value === 'number' ? value : null

const decadeOf = (age: number | null): string =>
  age === null
    ? 'not given'
    : age >= 90
      ? '90 and older'
      : `${Math.floor(age / 10) * 10} to ${Math.floor(age / 10) * 10 + 9}`

const missing = (items: readonly { metadata: Record<string, string | number | null> }[], column: string): number =>
  items.filter(({ metadata }) => (metadata[column] ?? null) === null).length

const countsOf = (values: readonly string[]): [string, number][] =>
  [...Map.groupBy(values, (value) => value)]
    .map(([value, own]): [string, number] => [value, own.length])
    .toSorted(([a], [b]) => (a < b ? -1 : 1))

const table = (head: string, rows: readonly [string, number][]): string =>
  `| ${head} | |\n|---|---:|\n${rows.map(([value, count]) => `| ${value} | ${count} |`).join('\n')}\n`
