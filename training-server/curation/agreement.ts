import { sql } from 'kysely'
import type { Agreement } from '@spira/shared/protocol/curationApi.ts'
import type { ServerContext } from '../server/context.ts'
import { cohenKappa } from './cohenKappa.ts'
import { krippendorffAlpha } from './krippendorffAlpha.ts'

interface Judgement {
  readonly recordingId: string
  readonly annotator: string
  readonly verdict: 'approved' | 'rejected'
  readonly noiseRating: number | null
  readonly madeAt: Date
}

/** Who judged how much, and how far they agree. The latest judgement of each person counts; adjudications are no third opinion. */
export async function agreementOf({ db }: Pick<ServerContext, 'db'>): Promise<Agreement> {
  const { rows: judgements } = await sql<Judgement>`
    select distinct on (annotator, recording_id) recording_id, annotator, verdict, noise_rating, made_at
    from curations where not adjudication order by annotator, recording_id, position desc`.execute(db)
  const states = await db
    .selectFrom('recordingIndex')
    .select(['curation', (each) => each.fn.countAll<string>().as('count')])
    .where('filed', '=', true)
    .groupBy('curation')
    .execute()
  const counted = { open: 0, approved: 0, rejected: 0, disputed: 0 }
  for (const { curation, count } of states) counted[curation] = Number(count)
  const byAnnotator = Map.groupBy(judgements, ({ annotator }) => annotator)
  const byRecording = [...Map.groupBy(judgements, ({ recordingId }) => recordingId).values()]
  const twice = byRecording.filter((own) => own.length >= 2)
  return {
    annotators: [...byAnnotator].map(([annotator, own]) => ({
      annotator,
      recordings: own.length,
      approved: own.filter(({ verdict }) => verdict === 'approved').length,
      rejected: own.filter(({ verdict }) => verdict === 'rejected').length,
      lastAt: new Date(Math.max(...own.map(({ madeAt }) => madeAt.getTime()))).toISOString(),
    })),
    states: counted,
    judgedTwice: twice.length,
    pairs: pairsOf(twice),
    alphaVerdict: krippendorffAlpha(
      twice.map((own) => own.map(({ verdict }) => (verdict === 'approved' ? 1 : 0))),
      'nominal',
    ),
    alphaNoise: krippendorffAlpha(
      byRecording.map((own) => own.flatMap(({ noiseRating }) => (noiseRating === null ? [] : [noiseRating]))),
      'ordinal',
    ),
  }
}

function pairsOf(twice: readonly (readonly Judgement[])[]): Agreement['pairs'] {
  const pairs = new Map<string, { a: string; b: string; verdicts: [string, string][] }>()
  for (const own of twice) {
    const sorted = own.toSorted((x, y) => (x.annotator < y.annotator ? -1 : 1))
    for (const [index, first] of sorted.entries()) {
      for (const second of sorted.slice(index + 1)) {
        const key = `${first.annotator} ${second.annotator}`
        const pair = pairs.get(key) ?? { a: first.annotator, b: second.annotator, verdicts: [] }
        pair.verdicts.push([first.verdict, second.verdict])
        pairs.set(key, pair)
      }
    }
  }
  return [...pairs.values()].map(({ a, b, verdicts }) => ({
    a,
    b,
    recordings: verdicts.length,
    kappa: cohenKappa(verdicts),
  }))
}
