import { DEVICE_API } from '@spira/shared/protocol/deviceApi.ts'
import { sha256Hex, utf8 } from '@spira/shared/protocol/bytes.ts'
import type { modelChangeSchema } from '@spira/shared/protocol/events.ts'
import { createReleaseClient, type ReleaseClient } from '@spira/shared/release/client.ts'
import { ReleaseError } from '@spira/shared/release/errors.ts'
import { httpRepository } from '@spira/shared/release/httpRepository.ts'
import { RELEASE_LIMITS } from '@spira/shared/release/limits.ts'
import type { ReleaseTarget } from '@spira/shared/release/releaseTarget.ts'
import type { z } from 'zod'
import type { Inference } from '../assessment/inference.ts'
import type { DeviceState, Live, ModelService, ModelState } from '../bedside/bedside.ts'
import { createLive } from '../bedside/live.ts'
import type { Store } from '../store/store.ts'
import { loadBundledModel } from './bundledModel.ts'
import { downloadRelease } from './downloadRelease.ts'
import { hasGraphicsAdapter } from './graphicsAdapter.ts'
import { createInference, createWebgpuInference } from './inference.ts'
import { ModelError } from './modelError.ts'
import { activateCandidate, dropCandidate, filesOf, goBackTo, keepCandidate, modelInRole } from './modelRows.ts'
import { CHECK_TIMES, startPeriodicCheck, type CheckTimes } from './periodicCheck.ts'
import { forgetRefused, readRefused, rememberRefused } from './refusedRelease.ts'
import { runModel, type InferenceFactory, type RunningModel, type WebgpuFactory } from './runningModel.ts'
import { trustedTuf } from './trustedTuf.ts'

export type ModelChange = z.infer<typeof modelChangeSchema>

export interface ModelServiceOptions {
  readonly store: Store
  readonly device: Live<DeviceState>
  /** Where the bundled model lies; ends in a slash. */
  readonly bundledUrl: string
  /** Puts a `model.changed` event into the outbox. */
  readonly recordModelChange: (change: ModelChange) => Promise<void>
  readonly fetch?: typeof globalThis.fetch
  readonly inferenceFactory?: InferenceFactory
  readonly webgpuFactory?: WebgpuFactory
  readonly now?: () => Date
  readonly times?: Partial<CheckTimes>
}

export interface DeviceModels extends ModelService {
  /** The model to score the next take with, loaded and self-tested. @throws ModelError when none runs. */
  activeInference(): Promise<Inference>
  dispose(): void
}

type FailedModel = Pick<ModelChange, 'modelId' | 'modelVersion'> & { readonly reason: string }

/** A server that stops sending must not hold a check for ever; a 32 MiB model on a slow line may take its time. */
const DOWNLOAD_TIMEOUT_MS = 10 * 60_000

/**
 * The device's models: runs the active one, looks for releases, takes only what is signed, newer and computes the same here
 * (promises 4 and 5). Whatever goes wrong with a new model, the one in use goes on. Starts at once.
 */
export function createModelService({
  store,
  device,
  bundledUrl,
  recordModelChange,
  fetch = globalThis.fetch.bind(globalThis),
  inferenceFactory = () => createInference(),
  webgpuFactory = async () => ((await hasGraphicsAdapter()) ? createWebgpuInference() : null),
  now = () => new Date(),
  times,
}: ModelServiceOptions): DeviceModels {
  const { db } = store
  const state = createLive<ModelState>({ active: null, update: 'none', refusal: null, lastCheckedAt: null })
  const show = (change: Partial<ModelState>): void => state.set({ ...state.get(), ...change })
  let running: RunningModel | null = null
  let disposed = false

  function use(model: RunningModel, source: 'bundled' | 'release'): void {
    running?.retire()
    running = model
    // Beside the first takes: until it has passed, and where it does not, WASM scores.
    model.tryWebgpu().catch(() => undefined)
    show({ active: { manifest: model.files.manifest, source } })
  }

  /** The newest model that passes its self-test here: active, else previous, else bundled. Falls back for good only past a broken one. */
  async function start(): Promise<void> {
    const rows = [await modelInRole(db, 'active'), await modelInRole(db, 'previous')].filter((row) => row !== null)
    const failed: FailedModel[] = []
    for (const row of rows) {
      try {
        await tryModel(await filesOf(row), 'release')
      } catch (error) {
        failed.push({ modelId: row.modelId, modelVersion: row.version, reason: codeOf(error) })
        continue
      }
      if (failed.length > 0) await leaveBehind(failed, row)
      return
    }
    // When even this one does not run, the machine is what is broken: nothing is thrown away, and the next call tries again.
    await tryModel(await loadBundledModel(fetch, bundledUrl), 'bundled')
    if (failed.length > 0) await leaveBehind(failed, null)
  }

  async function tryModel(files: Parameters<typeof runModel>[0], source: 'bundled' | 'release'): Promise<void> {
    const model = runModel(files, inferenceFactory, webgpuFactory)
    try {
      await model.selfTest()
    } catch (error) {
      model.dispose()
      throw error
    }
    if (disposed) model.dispose()
    else use(model, source)
  }

  async function leaveBehind(failed: readonly FailedModel[], remaining: Parameters<typeof goBackTo>[1]): Promise<void> {
    await goBackTo(db, remaining, now().getTime())
    const [newest] = failed
    if (newest !== undefined) {
      show({ update: 'refused', refusal: newest.reason })
      await rememberRefused(store, {
        modelId: newest.modelId,
        repositoryVersion: await storedVersion(),
        code: newest.reason,
      })
    }
    for (const change of failed) await report({ ...change, outcome: 'refused' })
  }

  /** A report that cannot be kept undoes nothing; the window's error handler hears of it. */
  const report = (change: ModelChange): Promise<void> =>
    recordModelChange(change).catch((error: unknown) => {
      queueMicrotask(() => {
        throw error
      })
    })

  async function storedVersion(): Promise<number | null> {
    const text = (await db.tuf.get('timestamp'))?.text
    return text === undefined ? null : (JSON.parse(text) as { signed: { version: number } }).signed.version
  }

  let starting: Promise<void> | null = null
  /** One start at a time; one that failed is tried again by whoever asks next. */
  function started(): Promise<void> {
    starting ??= start().catch((error: unknown) => {
      starting = null
      throw error
    })
    return starting
  }

  const get = (url: string): Promise<Response> =>
    fetch(url, { cache: 'no-store', credentials: 'omit', signal: AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS) })

  function releaseClient(serverUrl: string): ReleaseClient {
    return createReleaseClient({
      fetchBytes: httpRepository(`${serverUrl}${DEVICE_API}/tuf`, get),
      trusted: trustedTuf(db),
      now,
      limits: RELEASE_LIMITS,
      channel: 'stable',
    })
  }

  /** @returns whether the server could be reached. */
  async function check(serverUrl: string): Promise<'reached' | 'unreachable'> {
    await started().catch(() => undefined)
    const client = releaseClient(serverUrl)
    try {
      show({ update: 'checking' })
      await client.refresh()
      const release = client.currentRelease()
      const refused = await readRefused(store)
      if (release === null || (await isInUse(release))) {
        show({ update: 'none', refusal: null })
      } else if (refused?.modelId === release.modelId && refused.repositoryVersion === client.repositoryVersion()) {
        show({ update: 'refused', refusal: refused.code })
      } else {
        await take(client, release)
      }
    } catch (error) {
      const code = codeOf(error)
      if (code === 'unreachable' || code === 'not_found') {
        show({ update: state.get().refusal === null ? 'none' : 'refused' })
        return 'unreachable'
      }
      show({ update: 'refused', refusal: code })
    }
    show({ lastCheckedAt: now().toISOString() })
    return 'reached'
  }

  /** Also when another window of this app took it in the meantime: then this one follows. */
  async function isInUse({ modelId }: ReleaseTarget): Promise<boolean> {
    const active = await modelInRole(db, 'active')
    if (active?.modelId !== modelId) return false
    if (running?.files.manifest.modelId !== modelId) await tryModel(await filesOf(active), 'release')
    return true
  }

  /** @throws ReleaseError `unreachable` or `not_found`: not the model's fault, tried again. Every other failure is a refusal. */
  async function take(client: ReleaseClient, release: ReleaseTarget): Promise<void> {
    const { modelId, version: modelVersion } = release
    try {
      const activeVersion = (await modelInRole(db, 'active'))?.version ?? running?.files.manifest.version ?? 0
      if (modelVersion <= activeVersion) throw new ModelError('not_newer')
      await fetchCandidate(client, release)
      const candidate = await modelInRole(db, 'candidate')
      if (candidate?.modelId !== modelId) throw new ModelError('storage_failed')
      show({ update: 'self-test' })
      const model = runModel(await filesOf(candidate), inferenceFactory, webgpuFactory)
      try {
        await model.selfTest()
        await activateCandidate(db, modelId, now().getTime())
      } catch (error) {
        model.dispose()
        throw error
      }
      if (disposed) model.dispose()
      else use(model, 'release')
      show({ update: 'none', refusal: null })
      await forgetRefused(store)
    } catch (error) {
      const reason = codeOf(error)
      if (reason === 'unreachable' || reason === 'not_found') throw error
      await dropCandidate(db)
      show({ update: 'refused', refusal: reason })
      await rememberRefused(store, { modelId, repositoryVersion: client.repositoryVersion(), code: reason })
      await report({ modelId, modelVersion, outcome: 'refused', reason })
      return
    }
    await report({ modelId, modelVersion, outcome: 'activated' })
  }

  /** What an earlier check fetched and verified is not fetched again. */
  async function fetchCandidate(client: ReleaseClient, release: ReleaseTarget): Promise<void> {
    const kept = await modelInRole(db, 'candidate')
    if (kept !== null && (await sha256Hex(utf8(kept.manifest))) === release.manifest.sha256) return
    show({ update: 'downloading' })
    const files = await downloadRelease(client, release)
    await keepCandidate(db, files, now().getTime()).catch((cause: unknown) => {
      throw new ModelError('storage_failed', '', { cause })
    })
  }

  let checking: Promise<'reached' | 'unreachable'> | null = null
  async function checkOnce(): Promise<'reached' | 'unreachable'> {
    const enrolment = device.get()
    if (enrolment.status !== 'enrolled') return 'reached'
    checking ??= check(enrolment.serverUrl).finally(() => {
      checking = null
    })
    return checking
  }

  started().catch(() => undefined)
  const periodic = startPeriodicCheck({ check: checkOnce, enrolled: device, times: { ...CHECK_TIMES, ...times } })

  return {
    state,
    async checkNow() {
      await checkOnce()
    },
    async activeInference() {
      if (running === null) await started()
      if (running === null) throw new ModelError('runtime_failed')
      return running.ready()
    },
    dispose() {
      disposed = true
      periodic.dispose()
      running?.dispose()
    },
  }
}

const codeOf = (error: unknown): string =>
  error instanceof ReleaseError || error instanceof ModelError ? error.code : 'runtime_failed'
