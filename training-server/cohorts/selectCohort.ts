import { sql, type Kysely, type SqlBool } from 'kysely'
import { BASE_STEPS, type Cohort, type CohortPreview } from '@spira/shared/protocol/cohortApi.ts'
import type { Database } from '../db/schema.ts'
import { type Condition, conditionsOf, every } from '../explorer/conditions.ts'
import { type CohortMember, confoundersOf } from './confounders.ts'
import { matchMembers } from './matchMembers.ts'

/** What keeps a recording, by the name of what takes the others away. */
const KEPT: Readonly<Record<(typeof BASE_STEPS)[number], Condition>> = {
  'not-filed': sql<SqlBool>`filed`,
  'no-speech': sql<SqlBool>`task not in ('ambient-noise', 'spoken-consent')`,
  'not-labelled': sql<SqlBool>`coalesce(label in ('present', 'absent'), false)`,
  unusable: sql<SqlBool>`quality <> 'unusable'`,
  rejected: sql<SqlBool>`curation <> 'rejected'`,
}

interface Row {
  readonly recordingId: string
  readonly participantId: string
  readonly label: 'present' | 'absent'
  readonly ageYears: number | null
  readonly sex: string | null
  readonly site: string
  readonly device: string
  readonly snrDb: number | null
}

export interface Selection {
  readonly recordingIds: ReadonlySet<string>
  readonly preview: CohortPreview
}

/** Carries out base steps, rules and matching, and counts what each took. Reads one moment of the database when called in a transaction. */
export async function selectCohort(db: Kysely<Database>, { rules, matching }: Cohort): Promise<Selection> {
  const steps = [
    ...BASE_STEPS.map((step) => ({ step, keeps: KEPT[step] })),
    ...rules.map(({ mode, filters }, step) => {
      const matches = every(conditionsOf(filters).values())
      // What is missing fits no rule: it is not included, and not excluded.
      const sure = sql<SqlBool>`coalesce(${matches}, false)`
      return { step, keeps: mode === 'include' ? sure : sql<SqlBool>`not ${sure}` }
    }),
  ]
  // The number of the first step that takes the row; as many as there are steps: none does.
  const taken = sql`case ${sql.join(
    steps.map(({ keeps }, index) => sql`when not ${keeps} then ${index}::int`),
    sql` `,
  )} else ${steps.length}::int end`
  const [counts, rows] = [
    await sql<{ taken: number; recordings: string; participants: string }>`
      with judged as (select participant_id, ${taken} as taken from recording_index),
        people as (select participant_id, max(taken) as taken from judged group by participant_id)
      select n as taken, (select count(*) from judged where taken = n) as recordings, (select count(*) from people where taken = n) as participants
      from generate_series(0, ${steps.length}::int) n order by n`.execute(db),
    await sql<Row>`
      select recording_id, participant_id, label, age_years, sex, site, device, snr_db from recording_index
      where ${taken} = ${steps.length}::int order by recording_id`.execute(db),
  ]
  const numbers = counts.rows.map((row) => ({
    recordings: Number(row.recordings),
    participants: Number(row.participants),
  }))
  const leftAfter = (index: number) =>
    numbers.slice(index + 1).reduce(
      (sum, each) => ({
        recordings: sum.recordings + each.recordings,
        participants: sum.participants + each.participants,
      }),
      { recordings: 0, participants: 0 },
    )
  const members = membersOf(rows.rows)
  const kept = matching === undefined ? members : matchMembers(members, matching)
  const keptKeys = new Set(kept.map(keyOf))
  const selected = rows.rows.filter((row) => keptKeys.has(keyOf(row)))
  const before = leftAfter(steps.length - 1)
  const after = countOf(selected)
  return {
    recordingIds: new Set(selected.map(({ recordingId }) => recordingId)),
    preview: {
      total: leftAfter(-1),
      steps: [
        ...steps.map(({ step }, index) => ({
          step,
          removed: numbers[index] ?? { recordings: 0, participants: 0 },
          left: leftAfter(index),
        })),
        ...(matching === undefined
          ? []
          : [
              {
                step: 'matching' as const,
                removed: {
                  recordings: before.recordings - after.recordings,
                  participants: before.participants - after.participants,
                },
                left: after,
              },
            ]),
      ],
      classes: {
        present: countOf(selected.filter(({ label }) => label === 'present')),
        absent: countOf(selected.filter(({ label }) => label === 'absent')),
      },
      confounders: confoundersOf(kept),
      before: matching === undefined ? null : confoundersOf(members),
    },
  }
}

const keyOf = ({ participantId, label }: Pick<Row, 'participantId' | 'label'>): string => `${participantId} ${label}`

const countOf = (rows: readonly Row[]) => ({
  recordings: rows.length,
  participants: new Set(rows.map(({ participantId }) => participantId)).size,
})

/** One a participant and class: most have one class alone. */
function membersOf(rows: readonly Row[]): CohortMember[] {
  return [...Map.groupBy(rows, keyOf).values()].flatMap((own) => {
    const [first] = own
    if (first === undefined) return []
    const heard = own.flatMap(({ snrDb }) => snrDb ?? [])
    const devices = [...Map.groupBy(own, ({ device }) => device)].toSorted(([, a], [, b]) => b.length - a.length)
    return {
      participantId: first.participantId,
      label: first.label,
      age: first.ageYears,
      sex: first.sex,
      site: first.site,
      device: devices[0]?.[0] ?? first.device,
      noise: heard.length > 0 ? heard.reduce((sum, value) => sum + value, 0) / heard.length : null,
    }
  })
}
