import 'fake-indexeddb/auto'
import { createEnergyInference } from '../../assessment/testing/energyInference.ts'
import type { Inference } from '../../assessment/inference.ts'
import { createEncounterService } from '../../encounter/encounterService.ts'
import { defaultProtocol } from '@spira/shared/protocol/clinicalProtocolDefault.ts'
import { createLookup } from '../../participants/lookup.ts'
import { createParticipantService } from '../../participants/participantService.ts'
import { createRecorderService } from '../../recording/recorderService.ts'
import {
  createPlayedSource,
  openDeadCapture,
  openInProcessCapture,
  type PlayedSource,
} from '../../recording/testing/inProcessCapture.ts'
import type { CaptureProcess } from '../../recording/captureProcess.ts'
import type { SpeechListener } from '../../models/speechListener.ts'
import { createOpener } from '../../store/opener.ts'
import type { Store } from '../../store/store.ts'
import { openTestStore } from '../../store/testing/testStore.ts'
import type { DeviceState, EncounterDraft, EncounterService, Live } from '../bedside.ts'
import { createLive } from '../live.ts'

export interface TestBedsideOptions {
  readonly storeName?: string
  /** Instead of a store of its own. */
  readonly store?: Store
  readonly activeInference?: () => Promise<Inference>
  /** Instead of opening the microphone. */
  readonly refuseMicrophone?: () => Error | null
  /** Default: none, as where the detector does not run. */
  readonly speech?: () => SpeechListener
  /** Whether capture workers opened from now on die. */
  readonly deadCaptures?: () => boolean
}

/** Encounters and recorder as the app wires them, over a store of their own, with what the test plays as the microphone. */
export async function createTestBedside({
  storeName,
  store: given,
  activeInference,
  refuseMicrophone,
  deadCaptures,
  speech,
}: TestBedsideOptions = {}) {
  const store = given ?? (await openTestStore(storeName))
  const opener = createOpener(store.keys)
  const inference = await createEnergyInference()
  const device = { state: createLive<DeviceState>(ENROLLED) }
  const sources: PlayedSource[] = []
  const captures: (CaptureProcess & { crash(): void })[] = []
  let wakes = 0
  const lookup = createLookup(store)
  const protocol = { current: createLive(defaultProtocol) }
  const encounters = createEncounterService({ store, opener, device, protocol, lookup, wakeSync: () => (wakes += 1) })
  const recorder = createRecorderService({
    store,
    opener,
    activeInference: activeInference ?? (() => Promise.resolve(inference)),
    openSource: () => {
      const refusal = refuseMicrophone?.() ?? null
      if (refusal !== null) return Promise.reject(refusal)
      const source = createPlayedSource()
      sources.push(source)
      return Promise.resolve(source)
    },
    ...(speech === undefined ? {} : { speech }),
    openCapture: () => {
      const capture = deadCaptures?.() === true ? openDeadCapture() : openInProcessCapture(store)
      captures.push(capture)
      return capture
    },
  })
  return {
    store,
    encounters,
    participants: createParticipantService(store, opener, lookup),
    recorder,
    inference,
    wakes: () => wakes,
    source: () => newest(sources),
    capture: () => newest(captures),
    /** Records `samples` (48 kHz) into the encounter and stops. */
    async take(encounterId: string, samples: Float32Array) {
      const recording = await recorder.start({ encounterId, task: 'read-sentence' })
      newest(sources).play(samples)
      // The last 50 ms are no whole reading of the level meter.
      await until(recording.live, ({ elapsedMs }) => elapsedMs >= samples.length / 48 - 100)
      await new Promise((resolve) => setTimeout(resolve, 100))
      return recording.stop()
    },
  }
}

const SITE_ID = '0198d000-0000-7000-8000-000000000001'
const ENROLLED: DeviceState = {
  status: 'enrolled',
  deviceId: '0198d000-0000-7000-8000-000000000002',
  deviceName: 'Ward 3',
  site: { id: SITE_ID, name: 'Hospital' },
  serverUrl: 'http://127.0.0.1:1',
}

/** A draft with everything but a recording. */
export async function readyDraft(encounters: EncounterService): Promise<EncounterDraft> {
  const draft = await encounters.start('OP-1')
  const at = new Date().toISOString()
  await encounters.update(draft.id, {
    consent: { given: true, textVersion: '1', language: 'en', givenAt: at },
    entries: { spo2Percent: '94', heartRatePerMin: '80', respiratoryRatePerMin: '18' },
    step: 'record',
  })
  return draft
}

/** Resolves with the first value that satisfies `condition`; watches as a view would. */
export function until<T>(live: Live<T>, condition: (value: T) => boolean): Promise<T> {
  return new Promise((resolve) => {
    const check = (): void => {
      const value = live.get()
      if (!condition(value)) return
      unsubscribe()
      resolve(value)
    }
    const unsubscribe = live.subscribe(check)
    queueMicrotask(check)
  })
}

function newest<T>(list: readonly T[]): T {
  const last = list.at(-1)
  if (last === undefined) throw new Error('nothing was opened yet')
  return last
}
