import type { DeviceService, EncounterService, ProtocolService } from '../bedside/bedside.ts'
import { liveByKey } from '../bedside/live.ts'
import { identifyDraft, settleIdentity } from '../participants/identify.ts'
import type { Lookup } from '../participants/lookup.ts'
import type { Opener } from '../store/opener.ts'
import type { Store } from '../store/store.ts'
import { completeEncounter } from './completion.ts'
import { adoptParticipant, changeDraft, discardDraft, startDraft } from './drafts.ts'
import { createEncounterDetail } from './encounterDetail.ts'
import { EncounterError } from './encounterError.ts'
import { addLabel, keepTypedLabel } from './labels.ts'
import { createWorklist } from './worklist.ts'

export interface EncounterServiceOptions {
  readonly store: Store
  readonly opener: Opener
  readonly device: Pick<DeviceService, 'state'>
  readonly protocol: ProtocolService
  readonly lookup: Lookup
  /** There is something new in the outbox. */
  readonly wakeSync: () => void
}

export function createEncounterService({
  store,
  opener,
  device,
  protocol,
  lookup,
  wakeSync,
}: EncounterServiceOptions): EncounterService {
  const turns = new Map<string, Promise<void>>()

  /** Changes of one encounter happen in the order they were asked for: what was typed before Save is in what is saved. */
  function inTurn(encounterId: string, change: () => Promise<void>): Promise<void> {
    const turn = (turns.get(encounterId) ?? Promise.resolve()).then(change)
    const settled = turn.catch(() => undefined)
    turns.set(encounterId, settled)
    return turn.finally(() => {
      if (turns.get(encounterId) === settled) turns.delete(encounterId)
    })
  }

  return {
    worklist: createWorklist(store, opener),

    async start(operatorCode, participantId) {
      const state = device.state.get()
      if (state.status !== 'enrolled') throw new EncounterError('not-enrolled')
      const { version: protocolVersion } = protocol.current.get()
      return startDraft(store, opener, { siteId: state.site.id, operatorCode, protocolVersion, participantId })
    },

    detail: liveByKey((encounterId) => createEncounterDetail(store, opener, encounterId)),

    update: (encounterId, change) =>
      inTurn(encounterId, async () => {
        if (change.step !== undefined && change.step !== 'participant')
          await settleIdentity({ store, opener, lookup }, encounterId, change)
        await changeDraft(store, opener, encounterId, change)
      }),

    identify: (encounterId, typed) =>
      inTurn(encounterId, () => identifyDraft({ store, opener, lookup }, encounterId, typed)),

    adopt: (encounterId, participantId) =>
      inTurn(encounterId, () => adoptParticipant(store, opener, encounterId, participantId)),

    complete: (encounterId) =>
      inTurn(encounterId, async () => {
        await settleIdentity({ store, opener, lookup }, encounterId)
        await completeEncounter(store, opener, encounterId)
        wakeSync()
      }),

    discard: (encounterId) => inTurn(encounterId, () => discardDraft(store, opener, encounterId)),

    typeLabel: (encounterId, typed) => inTurn(encounterId, () => keepTypedLabel(store, encounterId, typed)),

    label: (encounterId, label) =>
      inTurn(encounterId, async () => {
        await addLabel(store, encounterId, label)
        wakeSync()
      }),
  }
}
