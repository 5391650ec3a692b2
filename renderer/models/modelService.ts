import { DEVICE_API } from '@spira/shared/protocol/deviceApi.ts'
import { sha256Hex, utf8 } from '@spira/shared/protocol/bytes.ts'
import type { ModelChange, ShadowScore } from '@spira/shared/protocol/events.ts'
import { createReleaseClient, type FetchBytes, type ReleaseClient } from '@spira/shared/release/client.ts'
import { ReleaseError } from '@spira/shared/release/errors.ts'
import { httpRepository } from '@spira/shared/release/httpRepository.ts'
import { RELEASE_LIMITS } from '@spira/shared/release/limits.ts'
import { offerFor, type Offer } from '@spira/shared/release/offer.ts'
import type { ReleaseTarget } from '@spira/shared/release/releaseTarget.ts'
import { type ReadableFile, tarRepository } from '@spira/shared/release/tarRepository.ts'
import type { Inference } from '../assessment/inference.ts'
import type { DeviceState, Live, ModelService, ModelState } from '../bedside/bedside.ts'
import { createLive } from '../bedside/live.ts'
import type { Store } from '../store/store.ts'
import { loadBundledModel } from './bundledModel.ts'
import { downloadRelease } from './downloadRelease.ts'
import { hasGraphicsAdapter } from './graphicsAdapter.ts'
import { createInference, createWebgpuInference } from './inference.ts'
import { ModelError } from './modelError.ts'
import type { ModelFiles } from './modelFiles.ts'
import { readLastCheck, writeLastCheck } from './lastCheck.ts'
import { modelParts } from './modelParts.ts'
import {
  activateCandidate,
  dropCandidate,
  dropShadow,
  filesOf,
  goBackTo,
  keepCandidate,
  modelInRole,
  shadowBecomesCandidate,
  shadowCandidate,
} from './modelRows.ts'
import { CHECK_TIMES, startPeriodicCheck, type CheckTimes } from './periodicCheck.ts'
import { forgetRefused, readRefused, rememberRefused } from './refusedRelease.ts'
import { runModel, type InferenceFactory, type RunningModel, type WebgpuFactory } from './runningModel.ts'
import { ShadowModel, takeShadowScores } from './shadow.ts'
import { trustedTuf } from './trustedTuf.ts'
import { countStart, startFinished } from './unfinishedStarts.ts'

export interface ModelServiceOptions {
  readonly store: Store
  readonly device: Live<DeviceState>
  /** Where the bundled model lies; ends in a slash. */
  readonly bundledUrl: string
  /** Puts a `model.changed` event into the outbox. */
  readonly recordModelChange: (change: ModelChange) => Promise<void>
  /** Puts a `model.shadowed` event into the outbox. */
  readonly recordShadowScore: (score: ShadowScore) => Promise<void>
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

/** Starts in a row that ended before the model had scored: the next one goes back instead. */
const MAX_UNFINISHED_STARTS = 3
/** Scores in a row that failed in use. */
const MAX_FAILED_SCORES = 3
/** A model that has been there this long without taking the app down counts as started. */
const STARTED_AFTER_MS = 60_000

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
  recordShadowScore,
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
  let shadow: ShadowModel | null = null
  let failedScores = 0
  let disposed = false
  let settling: ReturnType<typeof setTimeout> | undefined

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
        if (row.role === 'active' && (await countStart(store, row.modelId)) >= MAX_UNFINISHED_STARTS)
          throw new ModelError('crash_loop')
        await tryModel(await filesOf(row), 'release')
      } catch (error) {
        failed.push({ modelId: row.modelId, modelVersion: row.version, reason: codeOf(error) })
        continue
      }
      if (failed.length > 0) await leaveBehind(failed, row)
      settling = setTimeout(() => startFinished(store).catch(() => undefined), STARTED_AFTER_MS)
      await startShadow()
      return
    }
    // When even this one does not run, the machine is what is broken: nothing is thrown away, and the next call tries again.
    await tryModel(await loadBundledModel(fetch, bundledUrl), 'bundled')
    if (failed.length > 0) await leaveBehind(failed, null)
    await startShadow()
  }

  /** A shadow that does not run is dropped and told of; the model in use is not touched by it. */
  async function startShadow(): Promise<void> {
    const row = await modelInRole(db, 'shadow')
    if (row === null || disposed) return
    try {
      await shadowNow(await filesOf(row))
    } catch (error) {
      await dropShadow(db)
      await report({ modelId: row.modelId, modelVersion: row.version, outcome: 'refused', reason: codeOf(error) })
    }
  }

  async function shadowNow(files: ModelFiles): Promise<void> {
    const model = new ShadowModel(store, files, inferenceFactory)
    try {
      if (running === null || !model.readsLike(running.files)) throw new ModelError('shadow_other_features')
      await model.selfTest()
    } catch (error) {
      model.dispose()
      throw error
    }
    shadow?.dispose()
    shadow = model
  }

  /** The active model stopped working in use, or was taken back: on with the one before. */
  async function returnFrom(reason: 'crash_loop' | 'withdrawn'): Promise<void> {
    const active = await modelInRole(db, 'active')
    if (active === null) return
    const previous = await modelInRole(db, 'previous')
    const { modelId, version: modelVersion } = active
    running?.retire()
    running = null
    const goBack = async (): Promise<void> => {
      if (previous !== null) {
        try {
          await tryModel(await filesOf(previous), 'release')
          await goBackTo(db, previous, now().getTime())
          return
        } catch {
          // Neither does the one before: the bundled model is left.
        }
      }
      await tryModel(await loadBundledModel(fetch, bundledUrl), 'bundled')
      await goBackTo(db, null, now().getTime())
    }
    await goBack()
    await startFinished(store)
    await rememberRefused(store, { modelId, repositoryVersion: await storedVersion(), code: reason })
    show({ update: 'refused', refusal: reason })
    await report({ modelId, modelVersion, outcome: 'returned', reason })
    const instead = state.get().active
    if (instead !== null)
      await report({ modelId: instead.manifest.modelId, modelVersion: instead.manifest.version, outcome: 'activated' })
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
    for (const change of failed) await report({ ...change, outcome: 'returned' })
    const active = state.get().active
    if (active !== null)
      await report({ modelId: active.manifest.modelId, modelVersion: active.manifest.version, outcome: 'activated' })
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

  const get = (url: string, headers: Readonly<Record<string, string>>): Promise<Response> =>
    fetch(url, { headers, cache: 'no-store', credentials: 'omit', signal: AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS) })

  const releaseClient = (fetchBytes: FetchBytes): ReleaseClient =>
    createReleaseClient({
      fetchBytes,
      trusted: trustedTuf(db),
      now,
      limits: RELEASE_LIMITS,
      channel: 'stable',
      parts: modelParts(db),
    })

  type Enrolled = Extract<DeviceState, { status: 'enrolled' }>

  /** @returns whether the server could be reached. */
  async function check(identity: Enrolled, fetchBytes: FetchBytes): Promise<'reached' | 'unreachable'> {
    await started().catch(() => undefined)
    const client = releaseClient(fetchBytes)
    try {
      show({ update: 'checking' })
      await client.refresh()
      const self = { deviceId: identity.deviceId, siteId: identity.site.id }
      const offer = await offerFor(self, client.releases(), client.rollouts())
      const active = await modelInRole(db, 'active')
      const returned = active !== null && offer.withdrawn.has(active.modelId)
      if (returned) await returnFrom('withdrawn')
      const release = await newerThanActive(client, offer)
      const refused = await readRefused(store)
      if (release === null || (await isInUse(release))) {
        // What a person has not read yet stays: the model that was here was taken back.
        if (!returned) show({ update: 'none', refusal: null })
      } else if (refused?.modelId === release.modelId && refused.repositoryVersion === client.repositoryVersion()) {
        show({ update: 'refused', refusal: refused.code })
      } else {
        await take(client, release)
      }
      await followShadow(client, offer)
    } catch (error) {
      const code = codeOf(error)
      if (code === 'unreachable' || code === 'not_found') {
        show({ update: state.get().refusal === null ? 'none' : 'refused' })
        return 'unreachable'
      }
      show({ update: 'refused', refusal: code })
    }
    const at = now().toISOString()
    show({ lastCheckedAt: at })
    await writeLastCheck(store, at)
    for (const score of await takeShadowScores(store)) await recordShadowScore(score)
    return 'reached'
  }

  /** The offered release, unless it is older than the one in use: a rollout that was paused leaves who has it alone. */
  async function newerThanActive(client: ReleaseClient, { take: offered }: Offer): Promise<ReleaseTarget | null> {
    const active = await modelInRole(db, 'active')
    const current = client.releases().find(({ modelId }) => modelId === active?.modelId)
    return offered !== null && current !== undefined && offered.sequence < current.sequence ? null : offered
  }

  /** Fetches, tests and starts the challenger to score silently, or ends it when it is offered so no more. */
  async function followShadow(client: ReleaseClient, offer: Offer): Promise<void> {
    const there = await modelInRole(db, 'shadow')
    const release = offer.shadow
    if (release === null) {
      if (there === null) return
      shadow?.dispose()
      shadow = null
      await dropShadow(db)
      return
    }
    const { modelId, version: modelVersion } = release
    const refused = await readRefused(store)
    if (there?.modelId === modelId) return
    if (refused?.modelId === modelId && refused.repositoryVersion === client.repositoryVersion()) return
    try {
      await fetchCandidate(client, release)
      const candidate = await modelInRole(db, 'candidate')
      if (candidate?.modelId !== modelId) throw new ModelError('storage_failed')
      await shadowNow(await filesOf(candidate))
      await shadowCandidate(db, modelId, now().getTime())
    } catch (error) {
      const reason = codeOf(error)
      if (reason === 'unreachable' || reason === 'not_found') throw error
      await dropCandidate(db)
      await rememberRefused(store, { modelId, repositoryVersion: client.repositoryVersion(), code: reason })
      await report({ modelId, modelVersion, outcome: 'refused', reason })
      return
    } finally {
      show({ update: state.get().refusal === null ? 'none' : 'refused' })
    }
    await report({ modelId, modelVersion, outcome: 'shadowing' })
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
    if ((await shadowBecomesCandidate(db, release.modelId)) > 0) {
      shadow?.dispose()
      shadow = null
    }
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
    const server = httpRepository(`${enrolment.serverUrl}${DEVICE_API}/tuf`, get)
    checking ??= check(enrolment, server).finally(() => {
      checking = null
    })
    return checking
  }

  async function takeFile(file: ReadableFile): Promise<void> {
    const enrolment = device.get()
    if (enrolment.status !== 'enrolled') return
    await checking
    checking = tarRepository(file)
      .then((carried) => check(enrolment, carried))
      .catch((error: unknown) => {
        show({ update: 'refused', refusal: codeOf(error) })
        return 'reached' as const
      })
      .finally(() => {
        checking = null
      })
    // A file that is not all there is not a server that is away.
    if ((await checking) === 'unreachable') show({ update: 'refused', refusal: 'metadata_invalid' })
  }

  /** The model in use for one take: its failures are counted, and a challenger in shadow hears the same windows. */
  function inUse(model: Inference, source: RunningModel): Inference {
    const heard: Float32Array[] = []
    const listening = shadow
    return {
      ...model,
      async score(features, windows) {
        if (listening !== null) heard.push(features.slice())
        try {
          const logits = await model.score(features, windows)
          failedScores = 0
          return logits
        } catch (error) {
          failedScores += 1
          if (failedScores >= MAX_FAILED_SCORES && running === source) {
            failedScores = 0
            await returnFrom('crash_loop').catch(() => undefined)
          }
          throw error
        }
      },
      assessed(assessment) {
        startFinished(store).catch(() => undefined)
        if (listening !== null && listening === shadow) listening.follow(heard, assessment)
      },
    }
  }

  readLastCheck(store)
    .then((lastCheckedAt) => show(state.get().lastCheckedAt === null ? { lastCheckedAt } : {}))
    .catch(() => undefined)
  started().catch(() => undefined)
  const periodic = startPeriodicCheck({ check: checkOnce, enrolled: device, times: { ...CHECK_TIMES, ...times } })

  return {
    state,
    async checkNow() {
      await checkOnce()
    },
    takeFile,
    async activeInference() {
      if (running === null) await started()
      const current = running
      if (current === null) throw new ModelError('runtime_failed')
      return inUse(await current.ready(), current)
    },
    dispose() {
      disposed = true
      periodic.dispose()
      clearTimeout(settling)
      running?.dispose()
      shadow?.dispose()
    },
  }
}

const codeOf = (error: unknown): string =>
  error instanceof ReleaseError || error instanceof ModelError ? error.code : 'runtime_failed'
