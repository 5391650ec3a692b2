import { sql } from 'kysely'
import type { MonitoredWeek } from '@spira/shared/protocol/monitoring.ts'
import { wilson } from '../evaluation/wilson.ts'
import { TOLD_TO_GO_BACK } from '../releases/rollouts/deviceStates.ts'
import type { ServerContext } from '../server/context.ts'
import { DESCRIPTORS, driftOfWeek, type Heard, type Sound } from './drift.ts'

const WEEKS = 12

/** A model at a site in a week. */
interface Place {
  readonly modelId: string
  readonly modelVersion: number
  readonly siteId: string
  readonly site: string
  /** Its Monday, UTC. */
  readonly week: string
}

interface Row extends Place {
  readonly assessments: number
  readonly uncertain: number
  readonly scores: number[]
  readonly good: number
  readonly fair: number
  readonly unusable: number
  readonly truePositives: number
  readonly falseNegatives: number
  readonly falsePositives: number
  readonly trueNegatives: number
}

/**
 * What each model has done at each site in each of the last weeks: its scores, the quality of what it heard, how often it was uncertain, how far its
 * inputs are from those it learned from, and how it agrees with labels that came later.
 */
export async function weeklyFigures({ db }: Pick<ServerContext, 'db'>, now: Date): Promise<MonitoredWeek[]> {
  const since = new Date(now.getTime() - WEEKS * 7 * 24 * 3_600_000)
  const { rows: assessed } = await sql<Row>`
    with latest as (
      select distinct on (encounter_id) encounter_id, value from labels order by encounter_id, position desc
    )
    select a.model_id as "modelId", a.model_version as "modelVersion", e.site_id as "siteId", s.name as site,
      to_char(date_trunc('week', a.made_at at time zone 'UTC'), 'YYYY-MM-DD') as week,
      count(*)::int as assessments,
      count(*) filter (where a.decision = 'uncertain')::int as uncertain,
      array(select count(b.bin) filter (where b.bin = bins) from generate_series(0, 9) bins
        left join unnest(array_agg(least(9, floor(a.probability * 10))::int)) as b(bin) on b.bin = bins group by bins order by bins)::int[] as scores,
      count(*) filter (where r.quality ->> 'verdict' = 'good')::int as good,
      count(*) filter (where r.quality ->> 'verdict' = 'fair')::int as fair,
      count(*) filter (where r.quality ->> 'verdict' = 'unusable')::int as unusable,
      count(*) filter (where l.value = 'present' and a.probability >= a.threshold)::int as "truePositives",
      count(*) filter (where l.value = 'present' and a.probability < a.threshold)::int as "falseNegatives",
      count(*) filter (where l.value = 'absent' and a.probability >= a.threshold)::int as "falsePositives",
      count(*) filter (where l.value = 'absent' and a.probability < a.threshold)::int as "trueNegatives"
    from assessments a
    join recordings r on r.id = a.recording_id
    join encounters e on e.id = r.encounter_id
    join sites s on s.id = e.site_id
    left join latest l on l.encounter_id = e.id
    where a.made_at >= ${since}
    group by a.model_id, a.model_version, e.site_id, s.name, date_trunc('week', a.made_at at time zone 'UTC')
  `.execute(db)
  const health = await selfTests({ db }, since)
  // A model that no device could take has assessed nothing: only their reports tell of it.
  const places = new Set(assessed.map(keyOf))
  const untaken = [...health].filter(([key]) => !places.has(key)).map(([, { place }]) => ({ ...place, ...NOTHING }))
  const rows = [...assessed, ...untaken].toSorted(
    (one, other) =>
      other.week.localeCompare(one.week) || other.modelVersion - one.modelVersion || one.site.localeCompare(other.site),
  )
  const references = new Map<string, Heard[]>()
  const figures: MonitoredWeek[] = []
  for (const row of rows) {
    let reference = references.get(row.modelId)
    if (reference === undefined) {
      reference = await learnedFrom({ db }, row.modelId)
      references.set(row.modelId, reference)
    }
    const { truePositives, falseNegatives, falsePositives, trueNegatives, good, fair, unusable, ...named } = row
    figures.push({
      ...named,
      quality: { good, fair, unusable },
      agreement: {
        sensitivity: share(truePositives, truePositives + falseNegatives),
        specificity: share(trueNegatives, trueNegatives + falsePositives),
        labelled: truePositives + falseNegatives + falsePositives + trueNegatives,
      },
      drift: driftOfWeek(mondayOf(row), now, await heardIn({ db }, row), reference),
      selfTests: health.get(keyOf(row))?.counts ?? { taken: 0, failed: 0 },
    })
  }
  return figures
}

const keyOf = ({ modelId, siteId, week }: Place): string => `${modelId} ${siteId} ${week}`

const NOTHING: Omit<Row, keyof Place> = {
  assessments: 0,
  uncertain: 0,
  scores: Array<number>(10).fill(0),
  good: 0,
  fair: 0,
  unusable: 0,
  truePositives: 0,
  falseNegatives: 0,
  falsePositives: 0,
  trueNegatives: 0,
}

const share = (count: number, of: number) => (of === 0 ? null : { ...wilson(count / of, of), count: of })

const mondayOf = ({ week }: Place): Date => new Date(`${week}T00:00:00Z`)

const soundOf = (quality: object): Sound => {
  const named: Readonly<Record<string, unknown>> = { ...quality }
  return Object.fromEntries(DESCRIPTORS.map((name) => [name, Number(named[name])])) as Sound
}

/** Of the recordings of the dataset version that the model learned from. */
async function learnedFrom({ db }: Pick<ServerContext, 'db'>, modelId: string): Promise<Heard[]> {
  const rows = await db
    .selectFrom('modelVersions')
    .innerJoin('datasetItems', 'datasetItems.datasetVersionId', 'modelVersions.datasetVersionId')
    .innerJoin('recordings', 'recordings.id', 'datasetItems.recordingId')
    .select(['recordings.id as recordingId', 'datasetItems.participantId', 'datasetItems.siteId', 'recordings.quality'])
    .where('modelVersions.modelId', '=', modelId)
    .execute()
  return rows.map(({ quality, ...whose }) => ({ ...whose, sound: soundOf(quality) }))
}

async function heardIn({ db }: Pick<ServerContext, 'db'>, row: Place): Promise<(Heard & { filedAt: Date })[]> {
  const from = mondayOf(row)
  const rows = await db
    .selectFrom('assessments')
    .innerJoin('recordings', 'recordings.id', 'assessments.recordingId')
    .innerJoin('encounters', 'encounters.id', 'recordings.encounterId')
    .select(['recordings.id as recordingId', 'recordings.participantId', 'encounters.siteId', 'recordings.quality'])
    .select('recordings.filedAt')
    .where('assessments.modelId', '=', row.modelId)
    .where('encounters.siteId', '=', row.siteId)
    .where('assessments.madeAt', '>=', from)
    .where('assessments.madeAt', '<', new Date(from.getTime() + 7 * 24 * 3_600_000))
    .execute()
  return rows.flatMap(({ quality, filedAt, ...whose }) =>
    filedAt === null ? [] : [{ ...whose, filedAt, sound: soundOf(quality) }],
  )
}

/**
 * How devices fared with a model in a week: of each device its newest report counts, and one that went back because the model was
 * taken back is no report of how it fared.
 */
async function selfTests({ db }: Pick<ServerContext, 'db'>, since: Date) {
  const { rows } = await sql<Place & { taken: number; failed: number }>`
    with reports as (
      select m.*, to_char(date_trunc('week', m.received_at at time zone 'UTC'), 'YYYY-MM-DD') as week
      from model_reports m where m.received_at >= ${since} and m.reason is distinct from ${TOLD_TO_GO_BACK}
    ), newest as (
      select distinct on (model_id, device_id, week) * from reports order by model_id, device_id, week, sequence desc
    )
    select n.model_id as "modelId", n.model_version as "modelVersion", d.site_id as "siteId", s.name as site, n.week,
      count(*)::int as taken, count(*) filter (where n.outcome in ('refused', 'returned'))::int as failed
    from newest n join devices d on d.id = n.device_id join sites s on s.id = d.site_id
    group by n.model_id, n.model_version, d.site_id, s.name, n.week
  `.execute(db)
  return new Map(rows.map(({ taken, failed, ...place }) => [keyOf(place), { place, counts: { taken, failed } }]))
}
