import type { Answer } from '@spira/shared/protocol/answers.ts'
import type {
  EncounterSummary,
  KnownParticipant,
  Live,
  ParticipantEncounter,
  ParticipantPage,
  ParticipantService,
  Take,
} from '../bedside/bedside.ts'
import { liveByKey, liveFromQuery } from '../bedside/live.ts'
import { openDraft, participantOf } from '../encounter/drafts.ts'
import { groupRows, readRows, summaryOf, type WorklistRows } from '../encounter/worklist.ts'
import { protocolOf, readDraft } from '../protocol/protocols.ts'
import type { IdentityRow, ProtocolRow } from '../store/database.ts'
import type { Opener } from '../store/opener.ts'
import type { Store } from '../store/store.ts'
import { isAlike } from './alike.ts'
import { openIdentity } from './identities.ts'
import type { Lookup } from './lookup.ts'

/** More would be a list to search, not an offer. */
const MOST_OFFERED = 3

interface PageRows extends WorklistRows {
  readonly identity: IdentityRow | undefined
  readonly protocols: readonly ProtocolRow[]
}

export function createParticipantService(store: Store, opener: Opener, lookup: Lookup): ParticipantService {
  const { db } = store

  const createPage = (participantId: string): Live<ParticipantPage | null> =>
    liveFromQuery<PageRows, ParticipantPage | null>({
      initial: null,
      query: async () => ({
        ...(await readRows(db, await db.encounters.where('participantId').equals(participantId).toArray())),
        identity: await db.identities.get(participantId),
        protocols: await db.protocols.toArray(),
      }),
      project: async (rows) => {
        if (rows.encounters.length === 0) return null
        const grouped = groupRows(rows)
        const encounters = await Promise.all(
          rows.encounters.map(async (row): Promise<ParticipantEncounter> => {
            const { summary, takes } = await summaryOf(opener, grouped, row)
            const draft = await openDraft(opener, row)
            const { answers } = readDraft(protocolOf(rows.protocols, draft.protocolVersion), draft)
            return {
              ...summary,
              ...scoreOf(takes, summary.decision),
              spo2Percent: numberOr(answers['spo2Percent']),
              respiratoryRatePerMin: numberOr(answers['respiratoryRatePerMin']),
            }
          }),
        )
        return {
          participant: await participantOf(store, opener, participantId),
          identity: await openIdentity(opener, rows.identity),
          encounters: encounters.toSorted((a, b) => a.startedAt.localeCompare(b.startedAt)),
        }
      },
    })

  const knownFrom = async (row: IdentityRow): Promise<KnownParticipant | null> => {
    const encounters = await db.encounters.where('participantId').equals(row.participantId).toArray()
    if (encounters.length === 0) return null
    const drafts = await Promise.all(encounters.map((encounter) => openDraft(opener, encounter)))
    return {
      participant: await participantOf(store, opener, row.participantId),
      identity: await openIdentity(opener, row),
      encounters: encounters.length,
      lastStartedAt: drafts.map(({ startedAt }) => startedAt).reduce((a, b) => (a > b ? a : b)),
    }
  }

  return {
    async find(recordNumber) {
      const index = await lookup.indexOf(recordNumber)
      const row = await db.identities.where('recordIndex').equals(index).first()
      return row === undefined ? null : knownFrom(row)
    },

    async alike(traits) {
      if (traits.initials === '') return []
      const rows = await db.identities.toArray()
      const others = rows.filter(({ participantId }) => participantId !== traits.participantId)
      const known = await Promise.all(
        others.map(async (row) => {
          const identity = await openIdentity(opener, row)
          return identity?.initials === traits.initials ? knownFrom(row) : null
        }),
      )
      return known
        .filter((one) => one !== null)
        .filter((one) => isAlike(traits, one, new Date()))
        .toSorted((a, b) => b.lastStartedAt.localeCompare(a.lastStartedAt))
        .slice(0, MOST_OFFERED)
    },

    page: liveByKey(createPage),
  }
}

/** The score that the summary's decision rests on. */
function scoreOf(
  takes: readonly Take[],
  decision: EncounterSummary['decision'],
): Pick<ParticipantEncounter, 'score' | 'threshold'> {
  const scored = takes.flatMap(({ state, outcome }) =>
    state !== 'rejected' && outcome.status === 'scored' && outcome.assessment.decision === decision
      ? [outcome.assessment]
      : [],
  )
  const [first, ...others] = scored
  if (first === undefined) return { score: null, threshold: null }
  const { probability, threshold, interval } = others.reduce((a, b) => (a.probability >= b.probability ? a : b), first)
  return { score: { probability, interval: interval ?? null }, threshold }
}

const numberOr = (answer: Answer | undefined): number | null => (typeof answer === 'number' ? answer : null)
