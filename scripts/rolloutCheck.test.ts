import 'fake-indexeddb/auto'
import { afterAll, expect, test } from 'vitest'
import type { ModelChange } from '@spira/shared/protocol/events.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import { rolloutRequestSchema } from '@spira/shared/protocol/rollouts.ts'
import { placeOf } from '@spira/shared/release/offer.ts'
import type { DeviceState } from '../renderer/bedside/bedside.ts'
import { createLive } from '../renderer/bedside/live.ts'
import { createModelService, type DeviceModels } from '../renderer/models/modelService.ts'
import { wasmInference } from '../renderer/models/testing/wasmInference.ts'
import { openStore } from '../renderer/store/store.ts'
import { tinyModel } from '@spira/shared/model/testing/tinyModel.ts'
import { withTestDatabase } from '../training-server/db/testDatabase.ts'
import { TestDevice } from '../training-server/ingest/testDevice.ts'
import { approveModel } from '../training-server/models/approve.ts'
import { registerCandidate } from '../training-server/models/registry.ts'
import { trainedRun } from '../training-server/models/testing/trainedRun.ts'
import { WITHOUT_SOAK } from '../training-server/models/testing/withoutSoak.ts'
import { advanceRollout, resumeRollout, withdrawRollout } from '../training-server/releases/rollouts/changeRollout.ts'
import { listRollouts } from '../training-server/releases/rollouts/listRollouts.ts'
import { superviseRollouts } from '../training-server/releases/rollouts/supervise.ts'
import { buildServer } from '../training-server/server/app.ts'

/**
 * A fleet of the product's own device side (store, verifier, self-test on onnxruntime's WASM, switch, way back) against the product's
 * own server over HTTP; a fifth of the devices cannot compute the second model. `npm run -s rollout-check` runs 50 devices, `npm
 * test` a few.
 */

const DEVICES = Number(process.env['SPIRA_ROLLOUT_DEVICES'] ?? '15')
const FAILING_SHARE = 0.2
const SECOND_RELEASE = 2
const THIRD_RELEASE = 3

const { context, db } = await withTestDatabase()
const app = await buildServer(context)
const url = await app.listen({ host: '127.0.0.1', port: 0 })
const fleet: Awaited<ReturnType<typeof ward>>[] = []
afterAll(async () => {
  for (const { models } of fleet) models.dispose()
  await app.close()
})

const bundled = await tinyModel({ version: 0 })
const bundledFiles: Readonly<Record<string, Uint8Array<ArrayBuffer>>> = {
  'manifest.json': new Uint8Array(Buffer.from(JSON.stringify(bundled.manifest))),
  'model.onnx': new Uint8Array(bundled.onnx),
  'golden.json': new Uint8Array(bundled.golden),
}
const withBundled: typeof fetch = async (input, init) => {
  const address = input instanceof Request ? input.url : String(input)
  const file = bundledFiles[address.replace('http://app/', '')]
  return file === undefined ? fetch(input, init) : new Response(file)
}

/** One device as the app builds it; `broken` gives no number for the version named. */
async function ward(number: number) {
  const device = await TestDevice.enrol(app, context, { site: `Ward ${number % 3}` })
  const store = await openStore(`rollout-${newId()}`)
  await store.db.tuf.put({ role: 'root', text: device.enrolment.tufRoot })
  const identity: DeviceState = {
    status: 'enrolled',
    deviceId: device.id,
    deviceName: `cart ${number}`,
    site: device.enrolment.site,
    serverUrl: url,
  }
  const tell = async (payload: ModelChange): Promise<void> => {
    const { rejected } = await device.send([device.event({ type: 'model.changed', payload })])
    expect(rejected).toEqual([])
  }
  const broken = { version: -1 }
  const models: DeviceModels = createModelService({
    store,
    device: createLive<DeviceState>(identity),
    bundledUrl: 'http://app/',
    recordModelChange: tell,
    recordShadowScore: async () => undefined,
    fetch: withBundled,
    inferenceFactory: () => {
      const real = wasmInference()
      let wrong = false
      return {
        ...real,
        async load(onnx, form) {
          wrong = (form as unknown as { version: number }).version === broken.version
          return real.load(onnx, form)
        },
        score: async (features, windows) => {
          const logits = await real.score(features, windows)
          return wrong ? logits.fill(Number.NaN) : logits
        },
      }
    },
    times: { firstMs: 1e8, everyMs: 1e8, longestMs: 1e8 },
  })
  return { device, models, broken }
}

/** Ids are random: the share that takes in the first `devices` of a release's queue, and them in their order. */
async function firstInQueue(sequence: number, devices: number) {
  const places = await Promise.all(fleet.map(async (one) => ({ one, place: await placeOf(one.device.id, sequence) })))
  const queue = places.toSorted((a, b) => a.place - b.place)
  const sharePermille = Math.floor(1000 * (queue[devices - 1]?.place ?? 1)) + 1
  const takers = queue.filter(({ place }) => place * 1000 < sharePermille)
  return { sharePermille, queue: queue.map(({ one }) => one), takers: takers.map(({ one }) => one) }
}

const everyoneLooks = async (): Promise<void> => {
  for (const { models } of fleet) await models.checkNow()
}
const versions = (): Record<number, number> => {
  const counts: Record<number, number> = {}
  for (const { models } of fleet) {
    const version = models.state.get().active?.manifest.version ?? -1
    counts[version] = (counts[version] ?? 0) + 1
  }
  return counts
}
const newest = async () => {
  const { items } = await listRollouts(context)
  const [rollout] = items
  return rollout
}
const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000)
const by = { approvedBy: 'ana', reason: 'the fleet check', override: false }
const person = { actor: 'account:ana', reason: 'the fleet check' }

test(`promise 5: of ${DEVICES} devices a fifth fail the new model: it pauses by itself, is taken back, and every device scores`, async () => {
  for (let number = 0; number < DEVICES; number += 1) fleet.push(await ward(number))
  const first = await registerCandidate(context, await trainedRun(context))
  await approveModel(context, first.modelId, { ...by, rollout: WITHOUT_SOAK })
  await everyoneLooks()
  expect(versions()).toEqual({ 1: DEVICES })

  // Every fifth device of the queue cannot compute version 2, wherever the share ends.
  const { sharePermille, queue, takers } = await firstInQueue(SECOND_RELEASE, Math.ceil(0.4 * DEVICES))
  for (const [at, { broken }] of queue.entries()) if (at % (1 / FAILING_SHARE) === 1) broken.version = 2
  const second = await registerCandidate(context, await trainedRun(context))
  const stages = [
    { sharePermille, soakHours: 24 },
    { sharePermille: 1000, soakHours: 24 },
  ]
  await approveModel(context, second.modelId, { ...by, rollout: rolloutRequestSchema.parse({ stages }) })
  await everyoneLooks()
  const failed = takers.filter(({ broken }) => broken.version === 2)
  expect(failed.length).toBeGreaterThan(0)
  expect(versions()).toEqual({ 1: DEVICES - takers.length + failed.length, 2: takers.length - failed.length })
  expect(await newest()).toMatchObject({
    state: 'running',
    devices: {
      audience: DEVICES,
      takers: takers.length,
      activated: takers.length - failed.length,
      failed: failed.length,
    },
    failures: [{ reason: 'self_test_failed', devices: failed.length }],
  })

  await superviseRollouts(context)
  expect(await newest()).toMatchObject({ state: 'paused', reason: expect.stringContaining('self_test_failed') })
  const atPause = versions()
  await everyoneLooks()
  expect(versions()).toEqual(atPause)
  await expect(advanceRollout(context, (await newest())?.id ?? '', person)).rejects.toMatchObject({
    code: 'rollout_not_possible',
  })

  // Resumed against the evidence, it pauses again at the next look.
  await resumeRollout(context, (await newest())?.id ?? '', person)
  await superviseRollouts(context)
  expect(await newest()).toMatchObject({ state: 'paused' })

  await withdrawRollout(context, (await newest())?.id ?? '', person)
  await everyoneLooks()
  expect(versions()).toEqual({ 1: DEVICES })
  for (const { models } of fleet) {
    const { manifest, score } = await models.activeInference()
    const { frames, bins } = manifest.input
    expect([...(await score(new Float32Array(frames * bins).fill(2), 1))]).toEqual([2])
  }
  expect(await newest()).toMatchObject({ state: 'withdrawn', devices: { returned: takers.length - failed.length } })
  const statuses = await db.selectFrom('modelVersions').select(['version', 'status']).orderBy('version').execute()
  expect(statuses).toEqual([
    { version: 1, status: 'champion' },
    { version: 2, status: 'retired' },
  ])
  console.log(
    `rollout: ${DEVICES} devices, ${takers.length} offered, ${failed.length} failed their self-test: paused; ` +
      `${takers.length - failed.length} went back; ${versions()[1]} of ${DEVICES} score with version 1`,
  )
}, 600_000)

test('promise 5: a rollout that goes well grows to every device by itself, and the model becomes the champion', async () => {
  const third = await registerCandidate(context, await trainedRun(context))
  const { sharePermille, takers } = await firstInQueue(THIRD_RELEASE, Math.ceil(0.3 * DEVICES))
  const stages = [
    { sharePermille, soakHours: 24 },
    { sharePermille: 1000, soakHours: 24 },
  ]
  await approveModel(context, third.modelId, { ...by, rollout: rolloutRequestSchema.parse({ stages }) })
  await everyoneLooks()
  expect(versions()[third.version]).toBe(takers.length)
  expect(takers.length).toBeLessThan(DEVICES)
  await superviseRollouts(context, inHours(23))
  expect(await newest()).toMatchObject({ state: 'running', stage: 0 })
  await superviseRollouts(context, inHours(25))
  expect(await newest()).toMatchObject({ state: 'running', stage: 1 })
  await everyoneLooks()
  expect(versions()).toEqual({ [third.version]: DEVICES })
  await superviseRollouts(context, inHours(50))
  expect(await newest()).toMatchObject({ state: 'completed' })
  const { status } = await db
    .selectFrom('modelVersions')
    .select('status')
    .where('modelId', '=', third.modelId)
    .executeTakeFirstOrThrow()
  expect(status).toBe('champion')
}, 600_000)
