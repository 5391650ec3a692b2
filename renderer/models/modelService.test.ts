import 'fake-indexeddb/auto'
import { ROLLOUTS, type Rollout } from '@spira/shared/release/metadata.ts'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { tarOf } from '@spira/shared/release/testing/tar.ts'
import { tinyModel, type TinyModel } from '@spira/shared/model/testing/tinyModel.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import { inDays, newSigner, TufRepository } from '@spira/shared/release/testing/tufRepository.ts'
import type { DeviceState } from '../bedside/bedside.ts'
import { createAssessor } from '../assessment/assessor.ts'
import { createLive } from '../bedside/live.ts'
import { openStore, type Store } from '../store/store.ts'
import type { Inference } from './inference.ts'
import type { ModelChange, ShadowScore } from '@spira/shared/protocol/events.ts'
import { createModelService, type DeviceModels } from './modelService.ts'
import { wasmInference } from './testing/wasmInference.ts'

const closers: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

/** Never by itself within a test: checkNow() is called. */
const times = { firstMs: 1e8, everyMs: 1e8, longestMs: 1e8 }
const bundled = await tinyModel({ version: 0 })

/** A device with its store, a TUF repository served over HTTP as the training server does, and a bundled model. */
async function bedside() {
  const repository = new TufRepository()
  const server = await repository.serve()
  const store = await openStore(`models-${newId()}`)
  closers.push(server.close, () => store.db.close())
  await store.db.tuf.put({ role: 'root', text: repository.files.get('metadata/1.root.json')!.toString() })
  const device = createLive<DeviceState>({
    status: 'enrolled',
    deviceId: newId(),
    deviceName: 'ward 3',
    site: { id: newId(), name: 'Demo' },
    serverUrl: server.url,
  })
  const changes: ModelChange[] = []
  const shadowed: ShadowScore[] = []
  const asked: string[] = []
  const bundledFiles = new Map(filesOf(bundled).map(([name, bytes]) => [`http://app/models/bundled/${name}`, bytes]))
  const localFetch: typeof fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input)
    const file = bundledFiles.get(url)
    if (file !== undefined) return new Response(new Uint8Array(file))
    if (url.startsWith('http://app/')) return new Response(null, { status: 404 })
    asked.push(url)
    // The repository helper serves at its root what the server serves under its API.
    return fetch(url.replace('/api/device/v1/tuf/', '/'), init)
  }
  const start = (inferenceFactory: () => Inference = wasmInference): DeviceModels => {
    const models = createModelService({
      store,
      device,
      bundledUrl: 'http://app/models/bundled/',
      recordModelChange: async (change) => void changes.push(change),
      recordShadowScore: async (score) => void shadowed.push(score),
      fetch: localFetch,
      inferenceFactory,
      times,
    })
    closers.push(() => models.dispose())
    return models
  }
  let sequence = 0
  const release = async (
    options: Parameters<typeof tinyModel>[0],
    spoil: (model: TinyModel) => TinyModel = (model) => model,
  ) => {
    const model = spoil(await tinyModel(options))
    sequence += 1
    const { modelId, version } = model.manifest
    const manifest = Buffer.from(JSON.stringify(model.manifest))
    repository.addRelease({ sequence, modelId, version, files: { manifest, onnx: model.onnx, golden: model.golden } })
    repository.publish()
    return model
  }
  return { repository, store, device, changes, shadowed, asked, start, release, bundledFiles }
}

const filesOf = ({ manifest, onnx, golden }: TinyModel): [string, Buffer][] => [
  ['manifest.json', Buffer.from(JSON.stringify(manifest))],
  ['model.onnx', onnx],
  ['golden.json', golden],
]

const inUse = async (models: DeviceModels) => {
  const { manifest, score } = await models.activeInference()
  const { frames, bins } = manifest.input
  // Mean 2 in every window: 0.25 x 2 + 1.5, the tiny model's weight and bias.
  expect([...(await score(new Float32Array(2 * frames * bins).fill(2), 2))]).toEqual([2, 2])
  return { version: manifest.version, source: models.state.get().active?.source }
}
const rolesIn = async ({ db }: Store) =>
  Object.fromEntries((await db.models.toArray()).map(({ role, version }) => [role, version]))

test('without a network the bundled model scores', async () => {
  const { start, asked } = await bedside()
  const models = start()
  expect(await inUse(models)).toEqual({ version: 0, source: 'bundled' })
  expect(asked).toEqual([])
})

test('promise 4: promise 5: a signed, newer release that passes its self-test takes over, and again after a restart', async () => {
  const { start, release, store, changes } = await bedside()
  const models = start()
  const old = await models.activeInference()
  const one = await release({ version: 1 })
  await models.checkNow()
  expect(models.state.get()).toMatchObject({ update: 'none', refusal: null })
  expect(await inUse(models)).toEqual({ version: 1, source: 'release' })
  expect(changes).toEqual([{ modelId: one.manifest.modelId, modelVersion: 1, outcome: 'activated' }])
  // A take that began with the old model ends with it.
  expect(old.manifest.version).toBe(0)
  const { frames, bins } = old.manifest.input
  expect([...(await old.score(new Float32Array(frames * bins), 1))]).toEqual([1.5])

  await release({ version: 2 })
  await models.checkNow()
  await models.checkNow()
  expect(await rolesIn(store)).toEqual({ active: 2, previous: 1 })
  expect(changes.map(({ modelVersion, outcome }) => [modelVersion, outcome])).toEqual([
    [1, 'activated'],
    [2, 'activated'],
  ])
  models.dispose()
  expect(await inUse(start())).toEqual({ version: 2, source: 'release' })
})

test('promise 4: a release that fails its self-test here is refused, the active model goes on, and it is not fetched again until the repository changes', async () => {
  const { start, release, repository, changes, asked, store } = await bedside()
  const models = start()
  await release({ version: 1 })
  await models.checkNow()
  const bad = await release({ version: 2, goldenLogitError: 0.1 })
  await models.checkNow()
  expect(models.state.get()).toMatchObject({ update: 'refused', refusal: 'self_test_failed' })
  expect(await inUse(models)).toEqual({ version: 1, source: 'release' })
  expect(changes.at(-1)).toEqual({
    modelId: bad.manifest.modelId,
    modelVersion: 2,
    outcome: 'refused',
    reason: 'self_test_failed',
  })
  expect(await rolesIn(store)).toEqual({ active: 1 })

  const fetchesOfFiles = () => asked.filter((url) => url.includes('/targets/models/')).length
  const before = fetchesOfFiles()
  await models.checkNow()
  models.dispose()
  const restarted = start()
  await restarted.checkNow()
  expect(restarted.state.get()).toMatchObject({ update: 'refused', refusal: 'self_test_failed' })
  expect(fetchesOfFiles()).toBe(before)
  expect(changes).toHaveLength(2)

  repository.publish()
  await restarted.checkNow()
  expect(fetchesOfFiles()).toBe(before + 3)
  expect(changes).toHaveLength(3)
  await release({ version: 3 })
  await restarted.checkNow()
  expect(await inUse(restarted)).toEqual({ version: 3, source: 'release' })
  expect(restarted.state.get()).toMatchObject({ update: 'none', refusal: null })
})

test('promise 5: a tampered file, an older version, another manifest and another form are refused; the active model goes on', async () => {
  const { start, release, repository, changes } = await bedside()
  const models = start()
  await release({ version: 3 })
  await models.checkNow()

  const tampered = await release({ version: 4 })
  const path = [...repository.files.keys()].find(
    (name) => name.includes(tampered.manifest.modelId) && name.endsWith('.onnx'),
  )!
  const bytes = Buffer.from(repository.files.get(path)!)
  bytes[bytes.length - 1] ^= 1
  repository.files.set(path, bytes)
  await models.checkNow()
  expect(models.state.get().refusal).toBe('hash_mismatch')

  await release({ version: 3 })
  await models.checkNow()
  expect(models.state.get().refusal).toBe('not_newer')

  // Signed, but the manifest names another network file.
  await release({ version: 5 }, (model) => ({ ...model, onnx: Buffer.from('not what the manifest says') }))
  await models.checkNow()
  expect(models.state.get().refusal).toBe('manifest_mismatch')

  await release({ version: 6 }, (model) => ({ ...model, manifest: { ...model.manifest, threshold: 3 } }))
  await models.checkNow()
  expect(models.state.get().refusal).toBe('manifest_invalid')

  await release({ version: 7 }, (model) => ({
    ...model,
    manifest: { ...model.manifest, featureSpecHash: '0'.repeat(64) },
  }))
  await models.checkNow()
  expect(models.state.get().refusal).toBe('feature_spec_mismatch')

  expect(await inUse(models)).toEqual({ version: 3, source: 'release' })
  expect(changes.slice(1).map(({ modelVersion, outcome, reason }) => [modelVersion, outcome, reason])).toEqual([
    [4, 'refused', 'hash_mismatch'],
    [3, 'refused', 'not_newer'],
    [5, 'refused', 'manifest_mismatch'],
    [6, 'refused', 'manifest_invalid'],
    [7, 'refused', 'feature_spec_mismatch'],
  ])
})

test('promise 5: metadata of another key, or expired, is refused and the active model goes on', async () => {
  const { start, release, repository } = await bedside()
  const models = start()
  await release({ version: 1 })
  await models.checkNow()
  const { targets } = repository.signers
  repository.signers.targets = [newSigner()]
  await release({ version: 2 })
  await models.checkNow()
  expect(models.state.get()).toMatchObject({ update: 'refused', refusal: 'signature_invalid' })
  expect(await inUse(models)).toEqual({ version: 1, source: 'release' })

  repository.signers.targets = targets
  repository.timestamp.expires = inDays(-1)
  repository.publish()
  await models.checkNow()
  expect(models.state.get()).toMatchObject({ update: 'refused', refusal: 'metadata_expired' })

  repository.timestamp.expires = inDays(1)
  repository.publish()
  await models.checkNow()
  expect(await inUse(models)).toEqual({ version: 2, source: 'release' })
})

/** A machine on which every network gives no number. */
const giveNoNumber = (): Inference => {
  const real = wasmInference()
  return { ...real, score: async (features, windows) => (await real.score(features, windows)).fill(Number.NaN) }
}

test('promise 5: an active model that fails its self-test at start gives way to the previous one, and that to the bundled one', async () => {
  const { start, release, store, changes } = await bedside()
  const models = start()
  await release({ version: 1 })
  await models.checkNow()
  await release({ version: 2 })
  await models.checkNow()
  models.dispose()

  // The active network was damaged on the disk.
  const active = (await store.db.models.where('role').equals('active').first())!
  await store.db.models.put({ ...active, onnx: active.onnx.slice(1) })
  const second = start()
  expect(await inUse(second)).toEqual({ version: 1, source: 'release' })
  expect(second.state.get()).toMatchObject({ update: 'refused', refusal: 'manifest_mismatch' })
  expect(await rolesIn(store)).toEqual({ active: 1 })
  expect(changes.slice(-2)).toMatchObject([
    { modelVersion: 2, outcome: 'returned', reason: 'manifest_mismatch' },
    { modelVersion: 1, outcome: 'activated' },
  ])
  await second.checkNow()
  expect(await inUse(second)).toEqual({ version: 1, source: 'release' })
  second.dispose()

  await store.db.models.toCollection().modify({ golden: '{}' })
  const third = start()
  expect(await inUse(third)).toEqual({ version: 0, source: 'bundled' })
  expect(await rolesIn(store)).toEqual({})
})

test('promise 4: when nothing runs on this machine there is no score, and no model is thrown away', async () => {
  const { start, release, store, changes } = await bedside()
  const models = start()
  await release({ version: 1 })
  await models.checkNow()
  models.dispose()
  const nothingRuns = start(giveNoNumber)
  await expect(nothingRuns.activeInference()).rejects.toMatchObject({ code: 'self_test_failed' })
  expect(nothingRuns.state.get().active).toBeNull()
  expect(await rolesIn(store)).toEqual({ active: 1 })
  expect(changes).toHaveLength(1)
  expect(await inUse(start())).toEqual({ version: 1, source: 'release' })
})

test('a runtime that fails in the middle is started again for the next window', async () => {
  const { start } = await bedside()
  let loads = 0
  const models = start(() => {
    const real = wasmInference()
    loads += 1
    const crashing = loads === 1
    let scores = 0
    return {
      ...real,
      score: (features, windows) => {
        scores += 1
        // The first call is the self-test.
        if (crashing && scores === 2) return Promise.reject(new Error('wasm ran out of memory'))
        return real.score(features, windows)
      },
    }
  })
  const { score, manifest } = await models.activeInference()
  const features = new Float32Array(manifest.input.frames * manifest.input.bins)
  await expect(score(features, 1)).rejects.toMatchObject({ code: 'runtime_failed' })
  expect([...(await score(features, 1))]).toEqual([1.5])
  expect(loads).toBe(2)
})

test('a damaged bundled model gives no score, and a release still can', async () => {
  const { start, release, bundledFiles } = await bedside()
  bundledFiles.set('http://app/models/bundled/model.onnx', Buffer.from('damaged'))
  const models = start()
  await expect(models.activeInference()).rejects.toMatchObject({ code: 'bundled_damaged' })
  await release({ version: 1 })
  await models.checkNow()
  expect(await inUse(models)).toEqual({ version: 1, source: 'release' })
})

test('a device that is not enrolled asks nobody; a server that is not there changes nothing', async () => {
  const { start, device, asked } = await bedside()
  const enrolled = device.get() as Extract<DeviceState, { status: 'enrolled' }>
  device.set({ status: 'not-enrolled', erased: null })
  const models = start()
  await models.checkNow()
  expect(asked).toEqual([])
  device.set({ ...enrolled, serverUrl: 'http://127.0.0.1:9' })
  await models.checkNow()
  expect(models.state.get()).toMatchObject({ update: 'none', refusal: null, lastCheckedAt: null })
  expect(await inUse(models)).toEqual({ version: 0, source: 'bundled' })
})

const roll = (
  { repository }: Awaited<ReturnType<typeof bedside>>,
  model: TinyModel,
  rollout: Partial<Rollout> & { sequence: number },
) => {
  const others = (repository.snapshot.unrecognizedFields[ROLLOUTS] ?? []) as Rollout[]
  const entry: Rollout = {
    modelId: model.manifest.modelId,
    mode: 'active',
    state: 'offered',
    sharePermille: 1000,
    audience: null,
    ...rollout,
  }
  const rollouts = [entry, ...others.filter(({ sequence }) => sequence !== rollout.sequence)]
  Object.assign(repository.snapshot.unrecognizedFields, { [ROLLOUTS]: rollouts })
  repository.publish()
}

describe('rollout', () => {
  test('promise 5: what is not offered to this device is not taken; what is withdrawn is left, by itself', async () => {
    const ward = await bedside()
    const models = ward.start()
    const one = await ward.release({ version: 1 })
    roll(ward, one, { sequence: 1, sharePermille: 0 })
    await models.checkNow()
    expect(await inUse(models)).toEqual({ version: 0, source: 'bundled' })
    roll(ward, one, { sequence: 1, audience: { siteIds: [newId()], deviceIds: [newId()] } })
    await models.checkNow()
    expect(await inUse(models)).toEqual({ version: 0, source: 'bundled' })
    roll(ward, one, { sequence: 1 })
    await models.checkNow()
    expect(await inUse(models)).toEqual({ version: 1, source: 'release' })

    const two = await ward.release({ version: 2 })
    roll(ward, two, { sequence: 2 })
    await models.checkNow()
    expect(await inUse(models)).toEqual({ version: 2, source: 'release' })
    // Paused: who has it keeps it, although an older one is on offer.
    roll(ward, two, { sequence: 2, state: 'held' })
    await models.checkNow()
    expect(await inUse(models)).toEqual({ version: 2, source: 'release' })
    roll(ward, two, { sequence: 2, state: 'withdrawn' })
    await models.checkNow()
    expect(await inUse(models)).toEqual({ version: 1, source: 'release' })
    expect(models.state.get()).toMatchObject({ refusal: 'withdrawn' })
    expect(ward.changes.slice(-2)).toMatchObject([
      { modelVersion: 2, outcome: 'returned', reason: 'withdrawn' },
      { modelVersion: 1, outcome: 'activated' },
    ])
    await models.checkNow()
    models.dispose()
    expect(await inUse(ward.start())).toEqual({ version: 1, source: 'release' })
  })

  test('promise 5: a model that takes the app down at every start is left at the fourth', async () => {
    const ward = await bedside()
    const models = ward.start()
    await ward.release({ version: 1 })
    await models.checkNow()
    await ward.release({ version: 2 })
    await models.checkNow()
    models.dispose()
    for (let crash = 1; crash <= 3; crash += 1) {
      const crashed = ward.start()
      expect((await crashed.activeInference()).manifest.version).toBe(2)
      crashed.dispose()
    }
    const fourth = ward.start()
    expect(await inUse(fourth)).toEqual({ version: 1, source: 'release' })
    expect(ward.changes.slice(-2)).toMatchObject([
      { modelVersion: 2, outcome: 'returned', reason: 'crash_loop' },
      { modelVersion: 1, outcome: 'activated' },
    ])
  })

  test('promise 5: a model that fails again and again in use is left for the one before', async () => {
    const ward = await bedside()
    let failures = 0
    const models = ward.start(() => {
      const real = wasmInference()
      return {
        ...real,
        score: (features, windows) => {
          failures -= 1
          return failures >= 0 ? Promise.reject(new Error('out of memory')) : real.score(features, windows)
        },
      }
    })
    await ward.release({ version: 1 })
    await models.checkNow()
    await ward.release({ version: 2 })
    await models.checkNow()
    const { score, manifest } = await models.activeInference()
    const features = new Float32Array(manifest.input.frames * manifest.input.bins)
    failures = 3
    await expect(score(features, 1)).rejects.toThrow()
    await expect(score(features, 1)).rejects.toThrow()
    await expect(score(features, 1)).rejects.toThrow()
    expect(await inUse(models)).toEqual({ version: 1, source: 'release' })
    expect(ward.changes.slice(-2)).toMatchObject([
      { modelVersion: 2, outcome: 'returned', reason: 'crash_loop' },
      { modelVersion: 1, outcome: 'activated' },
    ])
  })

  test('a challenger in shadow scores the same windows silently, and is told of when its encounter is complete', async () => {
    const ward = await bedside()
    const models = ward.start()
    const one = await ward.release({ version: 1 })
    roll(ward, one, { sequence: 1 })
    await models.checkNow()
    const two = await ward.release({ version: 2 })
    roll(ward, two, { sequence: 2, mode: 'shadow' })
    await models.checkNow()
    expect(await rolesIn(ward.store)).toEqual({ active: 1, shadow: 2 })
    expect(ward.changes.at(-1)).toMatchObject({ modelVersion: 2, outcome: 'shadowing' })

    const inference = await models.activeInference()
    expect(inference.manifest.version).toBe(1)
    const { frames, bins } = inference.manifest.input
    const assessor = createAssessor(inference, () => undefined)
    const features = new Float32Array(frames * bins).fill(2)
    assessor.add([0, 500].map((startMs) => ({ startMs, features })) as never)
    const recordingId = newId()
    const assessment = await assessor.assess({ recordingId, verdict: 'good' })
    expect(assessment.model.version).toBe(1)
    await vi.waitFor(async () => expect(await ward.store.db.settings.get(`shadow-${recordingId}`)).toBeDefined())
    const sealed = (await ward.store.db.settings.get(`shadow-${recordingId}`))?.sealed
    const recording = { id: recordingId, encounterId: newId(), state: 'taken', startedAt: 1, sealed }
    await ward.store.db.recordings.put(recording as never)
    await models.checkNow()
    expect(ward.shadowed).toEqual([])
    await ward.store.db.recordings.update(recordingId, { state: 'kept' })
    await models.checkNow()
    expect(ward.shadowed).toMatchObject([
      {
        recordingId,
        modelVersion: 2,
        probability: assessment.probability,
        decision: assessment.decision,
        champion: { modelId: one.manifest.modelId, probability: assessment.probability },
      },
    ])
    // Promoted: what was in shadow is not fetched again.
    const before = ward.asked.length
    roll(ward, two, { sequence: 2, mode: 'active' })
    await models.checkNow()
    expect(ward.asked.slice(before).filter((url) => url.includes('/targets/models/'))).toEqual([])
    expect(await rolesIn(ward.store)).toEqual({ active: 2, previous: 1 })
  })

  test('promise 5: a download that breaks off goes on where it ended, and a wrong piece is not kept', async () => {
    const ward = await bedside()
    const models = ward.start()
    const model = await ward.release({ version: 1 })
    const path = [...ward.repository.files.keys()].find((name) => name.endsWith('.model.onnx')) ?? ''
    const sha256 = model.manifest.onnx.sha256
    await ward.store.db.modelParts.put({
      sha256,
      start: 0,
      part: new Uint8Array(model.onnx.subarray(0, 100)).slice().buffer,
    })
    await models.checkNow()
    expect(ward.repository.ranges.get(path)).toBe('bytes=100-')
    expect(await inUse(models)).toEqual({ version: 1, source: 'release' })
    expect(await ward.store.db.modelParts.count()).toBe(0)

    const next = await ward.release({ version: 2 }, (tiny) => ({ ...tiny, onnx: tiny.onnx }))
    const wrong = new Uint8Array(100).fill(7).buffer
    await ward.store.db.modelParts.put({ sha256: next.manifest.onnx.sha256, start: 0, part: wrong })
    await models.checkNow()
    expect(models.state.get().refusal).toBe('hash_mismatch')
    expect(await ward.store.db.modelParts.count()).toBe(0)
  })

  test('promise 5: a release by USB stick is verified like one of the server, and a file that is none is refused', async () => {
    const ward = await bedside()
    const models = ward.start()
    await ward.release({ version: 1 })
    const carried = tarOf(ward.repository.files)
    ward.device.set({
      ...(ward.device.get() as Extract<DeviceState, { status: 'enrolled' }>),
      serverUrl: 'http://127.0.0.1:9',
    })
    await models.takeFile(new Blob([carried]))
    expect(await inUse(models)).toEqual({ version: 1, source: 'release' })
    expect(models.state.get().lastCheckedAt).not.toBeNull()

    await models.takeFile(new Blob([Buffer.from('no release at all'.repeat(100))]))
    expect(models.state.get().refusal).toBe('metadata_invalid')
    const older = tarOf(ward.repository.files)
    ward.repository.publish()
    await models.takeFile(new Blob([tarOf(ward.repository.files)]))
    await models.takeFile(new Blob([older]))
    expect(models.state.get().refusal).toBe('version_rollback')
    const forged = new Map(ward.repository.files)
    forged.set(
      'metadata/timestamp.json',
      Buffer.from((forged.get('metadata/timestamp.json') ?? '').toString().replace(/"version":\d+/, '"version":99')),
    )
    await models.takeFile(new Blob([tarOf(forged)]))
    expect(models.state.get().refusal).toBe('signature_invalid')
    expect(await inUse(models)).toEqual({ version: 1, source: 'release' })
  })

  test('how long ago the server last said what may run is known after a restart', async () => {
    const ward = await bedside()
    const models = ward.start()
    await models.checkNow()
    const { lastCheckedAt } = models.state.get()
    expect(lastCheckedAt).not.toBeNull()
    models.dispose()
    const again = ward.start()
    await vi.waitFor(() => expect(again.state.get().lastCheckedAt).toBe(lastCheckedAt))
  })
})
