import { expect, test } from 'vitest'
import type { Page } from '@spira/shared/protocol/page.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import { type Rollout, rolloutRequestSchema } from '@spira/shared/protocol/rollouts.ts'
import { TestConsole } from '../../accounts/testConsole.ts'
import { withTestDatabase } from '../../db/testDatabase.ts'
import { TestDevice } from '../../ingest/testDevice.ts'
import { approveModel } from '../../models/approve.ts'
import { listModelVersions } from '../../models/modelVersions.ts'
import { type RegisteredModel, registerCandidate } from '../../models/registry.ts'
import { trainedRun } from '../../models/testing/trainedRun.ts'
import { WITHOUT_SOAK } from '../../models/testing/withoutSoak.ts'
import { buildServer } from '../../server/app.ts'
import { listRollouts } from './listRollouts.ts'
import { signedRollouts } from './signedRollouts.ts'
import { superviseRollouts } from './supervise.ts'

const { context, db } = await withTestDatabase()
const app = await buildServer(context)
const cart = await TestDevice.enrol(app, context)
const lead = await TestConsole.signIn(app, context, 'clinician-lead')

const by = { approvedBy: 'ana', reason: 'to compare', override: false }
const candidate = async () => registerCandidate(context, await trainedRun(context))
const released = async () => {
  const model = await candidate()
  await approveModel(context, model.modelId, { ...by, rollout: WITHOUT_SOAK })
  return model
}
const shadowed = async () => {
  const model = await candidate()
  await approveModel(context, model.modelId, { ...by, rollout: rolloutRequestSchema.parse({ mode: 'shadow' }) })
  return model
}
const rolloutOf = async ({ modelId }: RegisteredModel): Promise<Rollout> => {
  const found = (await listRollouts(context)).items.find((one) => one.modelId === modelId)
  if (found === undefined) throw new Error('There is no rollout of it.')
  return found
}
const statusOf = async ({ modelId }: RegisteredModel) =>
  (await listModelVersions(context)).find((one) => one.modelId === modelId)?.status
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000)

/** The device tells what the challenger said of a recording that the champion scored. */
async function heard(challenger: RegisteredModel, champion: RegisteredModel, seed: number, agrees: boolean) {
  const { recording } = await cart.fileVisit({ seed, label: 'present' })
  const payload = {
    id: newId(),
    recordingId: recording.id,
    modelId: challenger.modelId,
    modelVersion: challenger.version,
    probability: agrees ? 0.9 : 0.1,
    decision: agrees ? 'positive' : 'negative',
    champion: { modelId: champion.modelId, probability: 0.8, decision: 'positive' },
    madeAt: new Date().toISOString(),
  } as const
  expect((await cart.send([cart.event({ type: 'model.shadowed', payload })])).rejected).toEqual([])
}

test('a challenger in shadow scores silently: its agreement with the champion is counted for it alone, and only a person makes it the champion', async () => {
  const champion = await released()
  const challenger = await shadowed()
  const other = await shadowed()
  expect([await statusOf(champion), await statusOf(challenger)]).toEqual(['champion', 'challenger'])
  expect(await db.transaction().execute((trx) => signedRollouts(trx))).toContainEqual(
    expect.objectContaining({ modelId: challenger.modelId, mode: 'shadow', state: 'offered' }),
  )
  const shadowing = { modelId: challenger.modelId, modelVersion: challenger.version, outcome: 'shadowing' } as const
  await cart.send([cart.event({ type: 'model.changed', payload: shadowing })])
  for (let seed = 1; seed <= 10; seed += 1) await heard(challenger, champion, seed, seed > 2)

  const { agreement, devices } = await rolloutOf(challenger)
  expect(agreement).toMatchObject({ recordings: 10, same: 8 })
  // Wilson's interval of 8 in 10, computed apart from its formula.
  expect(agreement?.low).toBeCloseTo(0.4901625, 6)
  expect(agreement?.high).toBeCloseTo(0.9433178, 6)
  expect(devices).toMatchObject({ shadowing: 1, activated: 0 })
  expect((await rolloutOf(other)).agreement).toBeNull()
  // Nobody is shown what it said, and time alone changes nothing.
  expect(await db.selectFrom('assessments').selectAll().where('modelId', '=', challenger.modelId).execute()).toEqual([])
  await superviseRollouts(context, inDays(60))
  expect([(await rolloutOf(challenger)).state, await statusOf(champion)]).toEqual(['running', 'champion'])

  const { id } = await rolloutOf(challenger)
  const promote = () => lead.post(`/rollouts/${id}/promote`, { reason: 'it agrees, and hears more' })
  expect((await promote()).statusCode).toBe(200)
  expect(await rolloutOf(challenger)).toMatchObject({ mode: 'active', state: 'running', agreement: { recordings: 10 } })
  // Under way, and watched for a day like every release; then it is the champion.
  expect([await statusOf(champion), await statusOf(challenger)]).toEqual(['champion', 'challenger'])
  expect((await promote()).json()).toMatchObject({ code: 'rollout_not_possible' })
  await superviseRollouts(context, inDays(1.1))
  expect([await statusOf(champion), await statusOf(challenger)]).toEqual(['retired', 'champion'])
  const audited = await db
    .selectFrom('auditLog')
    .select('actor')
    .where('action', '=', 'rollout.promoted')
    .where('subject', '=', `model:${challenger.modelId}`)
    .execute()
  expect(audited).toHaveLength(1)

  // The other was compared with the champion before this one.
  const late = await lead.post(`/rollouts/${(await rolloutOf(other)).id}/promote`, { reason: 'that one too' })
  expect(late.json()).toMatchObject({ code: 'shadow_outdated' })
  expect((await rolloutOf(other)).mode).toBe('shadow')

  // A page at a time, the newest first.
  const page = async (query: string) => (await lead.get(`/rollouts?limit=2${query}`)).json<Page<Rollout>>()
  const newest = await page('')
  expect(newest.items.map(({ modelVersion }) => modelVersion)).toEqual([other.version, challenger.version])
  const older = await page(`&cursor=${newest.nextCursor}`)
  expect(older.items.map(({ modelVersion }) => modelVersion)).toEqual([champion.version])
  expect(older.nextCursor).toBeNull()
  await app.close()
}, 120_000)
