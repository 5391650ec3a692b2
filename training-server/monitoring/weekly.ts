import { sql } from 'kysely'
import type { MonitoredWeek } from '@spira/shared/protocol/monitoring.ts'
import { wilson } from '../evaluation/slices.ts'
import type { ServerContext } from '../server/context.ts'
import { DESCRIPTORS, driftOf, type Descriptor } from './drift.ts'

const WEEKS = 12

interface Row {
  readonly modelId: string
  readonly modelVersion: number
  readonly siteId: string
  readonly site: string
  readonly week: string
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
  const { rows } = await sql<Row>`
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
    order by week desc, a.model_version desc, s.name
  `.execute(db)
  const health = await selfTests({ db }, since)
  const references = new Map<string, Record<Descriptor, number>[]>()
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
      drift: driftOf(await heardIn({ db }, row), reference),
      selfTests: health.get(`${row.modelId} ${row.siteId} ${row.week}`) ?? { taken: 0, failed: 0 },
    })
  }
  return figures
}

const share = (count: number, of: number) => (of === 0 ? null : { ...wilson(count / of, of), count: of })

const descriptorsOf = (quality: Readonly<Record<string, unknown>>): Record<Descriptor, number> =>
  Object.fromEntries(DESCRIPTORS.map((name) => [name, Number(quality[name])])) as Record<Descriptor, number>

/** Of the recordings of the dataset version that the model learned from. */
async function learnedFrom({ db }: Pick<ServerContext, 'db'>, modelId: string): Promise<Record<Descriptor, number>[]> {
  const rows = await db
    .selectFrom('modelVersions')
    .innerJoin('datasetItems', 'datasetItems.datasetVersionId', 'modelVersions.datasetVersionId')
    .innerJoin('recordings', 'recordings.id', 'datasetItems.recordingId')
    .select('recordings.quality')
    .where('modelVersions.modelId', '=', modelId)
    .execute()
  return rows.map(({ quality }) => descriptorsOf({ ...quality }))
}

async function heardIn(
  { db }: Pick<ServerContext, 'db'>,
  { modelId, siteId, week }: Row,
): Promise<Record<Descriptor, number>[]> {
  const from = new Date(`${week}T00:00:00Z`)
  const rows = await db
    .selectFrom('assessments')
    .innerJoin('recordings', 'recordings.id', 'assessments.recordingId')
    .innerJoin('encounters', 'encounters.id', 'recordings.encounterId')
    .select('recordings.quality')
    .where('assessments.modelId', '=', modelId)
    .where('encounters.siteId', '=', siteId)
    .where('assessments.madeAt', '>=', from)
    .where('assessments.madeAt', '<', new Date(from.getTime() + 7 * 24 * 3_600_000))
    .execute()
  return rows.map(({ quality }) => descriptorsOf({ ...quality }))
}

/** How devices fared with the model when they took it. */
async function selfTests({ db }: Pick<ServerContext, 'db'>, since: Date) {
  const { rows } = await sql<{ key: string; taken: number; failed: number }>`
    select m.model_id || ' ' || d.site_id || ' ' || to_char(date_trunc('week', m.received_at at time zone 'UTC'), 'YYYY-MM-DD') as key,
      count(*)::int as taken, count(*) filter (where m.outcome in ('refused', 'returned'))::int as failed
    from model_reports m join devices d on d.id = m.device_id where m.received_at >= ${since} group by 1
  `.execute(db)
  return new Map(rows.map(({ key, taken, failed }) => [key, { taken, failed }]))
}
