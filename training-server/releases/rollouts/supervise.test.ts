import { expect, test } from 'vitest'
import type { ModelChange } from '@spira/shared/protocol/events.ts'
import { rolloutRequestSchema } from '@spira/shared/protocol/rollouts.ts'
import { withTestDatabase } from '../../db/testDatabase.ts'
import { TestDevice } from '../../ingest/testDevice.ts'
import { approveModel } from '../../models/approve.ts'
import { listModelVersions } from '../../models/modelVersions.ts'
import { registerCandidate } from '../../models/registry.ts'
import { trainedRun } from '../../models/testing/trainedRun.ts'
import { buildServer } from '../../server/app.ts'
import { listRollouts } from './listRollouts.ts'
import { superviseRollouts } from './supervise.ts'

const { context } = await withTestDatabase()
const app = await buildServer(context)
const carts = [await TestDevice.enrol(app, context), await TestDevice.enrol(app, context)]

const by = { approvedBy: 'ana', reason: 'hears more', override: false }
const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000)
const rolloutOf = async (modelId: string) => (await listRollouts(context)).items.find((one) => one.modelId === modelId)
const statusOf = async (modelId: string) =>
  (await listModelVersions(context)).find((one) => one.modelId === modelId)?.status
const candidate = async () => registerCandidate(context, await trainedRun(context))

async function everyoneReports(payload: ModelChange): Promise<void> {
  for (const cart of carts)
    expect((await cart.send([cart.event({ type: 'model.changed', payload })])).rejected).toEqual([])
}

test('promise 5: the rollout that nobody thought about reaches every device at once, is watched for a day, and pauses by itself when they fail', async () => {
  const good = await candidate()
  await approveModel(context, good.modelId, by)
  expect(await rolloutOf(good.modelId)).toMatchObject({ state: 'running', devices: { audience: 2, takers: 2 } })
  await everyoneReports({ modelId: good.modelId, modelVersion: good.version, outcome: 'activated' })
  await superviseRollouts(context, inHours(23))
  expect([(await rolloutOf(good.modelId))?.state, await statusOf(good.modelId)]).toEqual(['running', 'challenger'])
  await superviseRollouts(context, inHours(25))
  expect([(await rolloutOf(good.modelId))?.state, await statusOf(good.modelId)]).toEqual(['completed', 'champion'])

  const bad = await candidate()
  await approveModel(context, bad.modelId, by)
  await everyoneReports({
    modelId: bad.modelId,
    modelVersion: bad.version,
    outcome: 'refused',
    reason: 'self_test_failed',
  })
  await superviseRollouts(context, inHours(25))
  expect(await rolloutOf(bad.modelId)).toMatchObject({
    state: 'paused',
    reason: '2 of the 2 devices that reported failed (self_test_failed)',
  })
  expect(await statusOf(good.modelId)).toBe('champion')
}, 60_000)

test('a release that goes slowly and is through after a newer one takes nothing from it', async () => {
  const slow = await candidate()
  const stages = [
    { sharePermille: 500, soakHours: 24 },
    { sharePermille: 1000, soakHours: 48 },
  ]
  await approveModel(context, slow.modelId, { ...by, rollout: rolloutRequestSchema.parse({ stages }) })
  const quick = await candidate()
  await approveModel(context, quick.modelId, by)
  await superviseRollouts(context, inHours(25))
  expect([await statusOf(slow.modelId), await statusOf(quick.modelId)]).toEqual(['challenger', 'champion'])
  await superviseRollouts(context, inHours(74))
  expect((await rolloutOf(slow.modelId))?.state).toBe('completed')
  expect([await statusOf(slow.modelId), await statusOf(quick.modelId)]).toEqual(['retired', 'champion'])
  await app.close()
}, 60_000)
