import { chmod, readFile, writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { modelManifestSchema } from '@spira/shared/model/manifest.ts'
import { tinyModel, type TinyModel } from '@spira/shared/model/testing/tinyModel.ts'
import { DEVICE_API } from '@spira/shared/protocol/deviceApi.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import { createReleaseClient } from '@spira/shared/release/client.ts'
import { httpRepository } from '@spira/shared/release/httpRepository.ts'
import { RELEASE_LIMITS } from '@spira/shared/release/limits.ts'
import type { Role } from '@spira/shared/release/metadata.ts'
import { verifyAuditChain } from '../audit/auditLog.ts'
import { withTestDatabase } from '../db/testDatabase.ts'
import { ensureRepository } from '../releases/repository.ts'
import { tufRoutes } from '../releases/routes.ts'
import { rolloutRequestSchema } from '@spira/shared/protocol/rollouts.ts'
import { withdrawRollout } from '../releases/rollouts/changeRollout.ts'
import { inForce, standingOf } from './gate/standing.ts'
import { approveModel } from './approve.ts'
import { listModelVersions } from './modelVersions.ts'
import { registerCandidate, RunCancelled } from './registry.ts'
import { trainedRun as trainedRunOf } from './testing/trainedRun.ts'
import { WITHOUT_SOAK } from './testing/withoutSoak.ts'
import Fastify from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'

const { context, db } = await withTestDatabase()
await ensureRepository(context)
const by = { approvedBy: 'ana', reason: 'better than the one before', override: false, rollout: WITHOUT_SOAK }

const trainedRun = (options: Parameters<typeof trainedRunOf>[1] = {}) => trainedRunOf(context, options)

const statuses = async () =>
  Object.fromEntries((await listModelVersions(context)).map(({ version, status }) => [version, status]))

async function releaseSeenByDevice() {
  // A connection that is kept alive must not keep close() waiting.
  const app = Fastify({ forceCloseConnections: true })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  await app.register(tufRoutes(context), { prefix: DEVICE_API })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const root = await db
    .selectFrom('tufMetadata')
    .select('text')
    .where('fileName', '=', '1.root.json')
    .executeTakeFirstOrThrow()
  const stored = new Map<Role, string>([['root', root.text]])
  const client = createReleaseClient({
    fetchBytes: httpRepository(`${url}${DEVICE_API}/tuf`, (address) => fetch(address)),
    trusted: {
      read: async (role) => stored.get(role) ?? null,
      write: async (role, text) => void stored.set(role, text),
    },
    now: () => new Date(),
    limits: RELEASE_LIMITS,
    channel: 'stable',
  })
  await client.refresh()
  const release = client.currentRelease()!
  const files = {
    manifest: Buffer.from(await client.download(release.manifest)),
    onnx: Buffer.from(await client.download(release.onnx)),
    golden: Buffer.from(await client.download(release.golden)),
  }
  await app.close()
  return { release, files }
}

test('a run registers its model once, with the next version, also when two workers finish it at the same moment', async () => {
  const run = await trainedRun()
  const [first, second] = await Promise.all([registerCandidate(context, run), registerCandidate(context, run)])
  expect(first).toEqual({ modelId: run.model.manifest.modelId, version: 1 })
  expect(second).toEqual(first)
  expect(await registerCandidate(context, run)).toEqual(first)
  const others = await Promise.all([1, 2, 3].map(async () => registerCandidate(context, await trainedRun())))
  expect(others.map(({ version }) => version).sort((a, b) => a - b)).toEqual([2, 3, 4])
  const [row] = await db.selectFrom('modelVersions').selectAll().where('version', '=', 1).execute()
  const text = await readFile(await context.blobs.localPath(row.manifestSha256), 'utf8')
  expect(modelManifestSchema.parse(JSON.parse(text))).toMatchObject({ version: 1, training: { runId: run.runId } })
})

test('files other than the manifest’s are not registered', async () => {
  const run = await trainedRun()
  await writeFile(run.trained.onnxPath, 'something else')
  await expect(registerCandidate(context, run)).rejects.toThrow(/model.onnx is not the file its manifest names/)
})

test('promise 5: approving releases the model to the devices, retires the one before and is audited', async () => {
  const run = await trainedRun()
  const one = await registerCandidate(context, run)
  await approveModel(context, one.modelId, by)
  const { release, files } = await releaseSeenByDevice()
  expect(release).toMatchObject({ modelId: one.modelId, version: one.version, channel: 'stable' })
  expect(files.onnx).toEqual(run.model.onnx)
  expect(files.golden).toEqual(run.model.golden)
  expect(modelManifestSchema.parse(JSON.parse(files.manifest.toString()))).toMatchObject(one)

  const two = await registerCandidate(context, await trainedRun())
  await approveModel(context, two.modelId, by)
  const seen = (await releaseSeenByDevice()).release
  expect(seen).toMatchObject({ modelId: two.modelId })
  expect(seen.sequence).toBeGreaterThan(release.sequence)
  expect(await statuses()).toMatchObject({ [one.version]: 'retired', [two.version]: 'champion' })
  const versions = await listModelVersions(context)
  expect(versions.map(({ version }) => version)).toEqual(versions.map(({ version }) => version).sort((a, b) => b - a))
  expect(versions[0]).toMatchObject({ release: { approvedBy: 'ana', reason: by.reason, sequence: seen.sequence } })
  await expect(approveModel(context, one.modelId, by)).rejects.toMatchObject({ code: 'model_not_candidate' })
  await expect(approveModel(context, newId(), by)).rejects.toMatchObject({ code: 'not_found' })

  const actions = await db
    .selectFrom('auditLog')
    .select(['actor', 'action'])
    .where('subject', '=', `model:${two.modelId}`)
    .orderBy('sequence')
    .execute()
  expect(actions).toEqual([
    { actor: 'server', action: 'model.registered' },
    { actor: 'server', action: 'rollout.completed' },
    { actor: 'account:ana', action: 'model.released' },
  ])
  expect(await verifyAuditChain(db)).toMatchObject({ brokenAt: null })
})

test('the model of a run that was cancelled in time is not registered', async () => {
  const run = await trainedRun()
  const { runId } = run
  await db.updateTable('trainingRuns').set({ cancelRequested: true }).where('id', '=', runId).execute()
  await expect(registerCandidate(context, run)).rejects.toThrow(RunCancelled)
  expect(await db.selectFrom('modelVersions').selectAll().where('runId', '=', runId).execute()).toEqual([])
})

test('a model and what the gate decided of it are registered together, or neither', async () => {
  const run = await trainedRun()
  const unkept = { ...run, decision: { ...run.decision, planHash: null as never } }
  await expect(registerCandidate(context, unkept)).rejects.toThrow(/plan_hash/)
  const { runId } = run
  expect(await db.selectFrom('modelVersions').selectAll().where('runId', '=', runId).execute()).toEqual([])
  const { modelId } = await registerCandidate(context, run)
  const decided = await db.selectFrom('gateDecisions').selectAll().where('modelId', '=', modelId).execute()
  expect(decided).toMatchObject([{ planHash: run.decision.planHash, criteria: run.decision.criteria }])
})

const standing = async (modelId: string) =>
  (await listModelVersions(context)).find((model) => model.modelId === modelId)?.gateStanding
const refused = (modelId: string, why: RegExp) =>
  expect(approveModel(context, modelId, { ...by, override: true })).rejects.toMatchObject({
    code: 'gate_failed',
    message: expect.stringMatching(why),
  })

describe('what the gate has not said of a candidate by the plan and beside the champion in force', () => {
  test('promise 6: of two judged beside one champion, once the first is released the second cannot be, and is told why', async () => {
    const first = await registerCandidate(context, await trainedRun())
    const second = await registerCandidate(context, await trainedRun())
    expect(await standing(second.modelId)).toBe('in-force')
    await approveModel(context, first.modelId, by)
    expect(await standing(first.modelId)).toBeNull()
    expect(await standing(second.modelId)).toBe('other-champion')
    await refused(second.modelId, new RegExp(`champion ${first.version} now: have it judged again, then approve`))
    expect(await statuses()).toMatchObject({ [first.version]: 'champion', [second.version]: 'candidate' })
  })

  test('promise 6: while another release is under way, only who was judged beside it can be approved; once it is taken back, beside the champion again', async () => {
    const one = await registerCandidate(context, await trainedRun())
    const other = await registerCandidate(context, await trainedRun())
    const soaking = rolloutRequestSchema.parse({ stages: [{ sharePermille: 100, soakHours: 24 }] })
    await approveModel(context, one.modelId, { ...by, rollout: soaking })
    expect(await statuses()).toMatchObject({ [one.version]: 'challenger' })
    expect(await standing(other.modelId)).toBe('other-release')
    await refused(other.modelId, new RegExp(`release of model version ${one.version} is under way.*judged again, then`))
    expect(await statuses()).toMatchObject({ [other.version]: 'candidate' })

    // Judged beside it, it can be; so it can when that one is the champion, and not when it was taken back.
    await db
      .updateTable('gateDecisions')
      .set({ underWayVersion: one.version })
      .where('modelId', '=', other.modelId)
      .execute()
    expect(await standing(other.modelId)).toBe('in-force')
    const decided = await db
      .selectFrom('gateDecisions')
      .selectAll()
      .where('modelId', '=', other.modelId)
      .executeTakeFirstOrThrow()
    const now = await inForce(db)
    expect(standingOf(decided, { ...now, championVersion: one.version, underWayVersion: null })).toBe('in-force')
    const { id } = await db
      .selectFrom('rollouts')
      .select('id')
      .where('modelId', '=', one.modelId)
      .executeTakeFirstOrThrow()
    await withdrawRollout(context, id, { actor: 'account:ana', reason: 'it was a trial' })
    expect(await standing(other.modelId)).toBe('in-force')
    expect(await standing((await registerCandidate(context, await trainedRun())).modelId)).toBe('in-force')
    expect(standingOf({ ...decided, championVersion: null }, await inForce(db))).toBe('other-champion')
  })

  test('promise 6: a plan raised meanwhile is applied; the approval names the plan that decided', async () => {
    const { modelId } = await registerCandidate(context, await trainedRun())
    const { planHash } = await db
      .selectFrom('gateDecisions')
      .select('planHash')
      .where('modelId', '=', modelId)
      .executeTakeFirstOrThrow()
    const judgedBy = (columns: { planHash: string; planVersion: number }) =>
      db.updateTable('gateDecisions').set(columns).where('modelId', '=', modelId).execute()
    await judgedBy({ planHash: '0'.repeat(64), planVersion: 1 })
    expect(await standing(modelId)).toBe('other-plan')
    await refused(modelId, /judged by plan 1 \(000000000000\), and plan \d+ \([0-9a-f]{12}\) is in force/)
    await judgedBy({ planHash, planVersion: 77 })
    await approveModel(context, modelId, by)
    const approvals = await db.selectFrom('approvals').select('planVersion').where('modelId', '=', modelId).execute()
    expect(approvals).toEqual([{ planVersion: 77 }])
  })

  test('promise 6: without a decision nothing is approved, whatever the figures', async () => {
    const { modelId } = await registerCandidate(context, await trainedRun())
    await db.deleteFrom('gateDecisions').where('modelId', '=', modelId).execute()
    expect(await standing(modelId)).toBe('undecided')
    await refused(modelId, /the gate has not judged it/)
  })
})

test('of two who approve the same candidate at once, one releases it', async () => {
  const { modelId } = await registerCandidate(context, await trainedRun())
  const outcomes = await Promise.allSettled([approveModel(context, modelId, by), approveModel(context, modelId, by)])
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(await db.selectFrom('releases').selectAll().where('modelId', '=', modelId).execute()).toHaveLength(1)
})

const chance = async (simulated: boolean) => {
  const { manifest } = await tinyModel({})
  const metrics = { ...manifest.metrics, rocAuc: { value: 0.6, low: 0, high: 1 } }
  return registerCandidate(context, await trainedRun({ metrics, simulated }))
}

describe('a candidate whose evaluation shows no more than chance', () => {
  const unproven = {
    code: 'gate_failed',
    message: expect.stringContaining('better-than-chance: 0.600, 95 % interval 0.000 to 1.000'),
  }

  test('promise 6: it is not approved, and the list says why', async () => {
    const { modelId, version } = await chance(true)
    await expect(approveModel(context, modelId, by)).rejects.toMatchObject(unproven)
    expect(await statuses()).toMatchObject({ [version]: 'candidate' })
    const listed = (await listModelVersions(context)).find((model) => model.modelId === modelId)
    expect(listed?.criteria.map(({ name, passed }) => [name, passed])).toEqual([
      ['better-than-chance', false],
      ['room-alone-says-nothing', true],
      ['room-under-one-voice-says-nothing', true],
    ])
  })

  test('promise 6: promise 10: of simulated data, a person may overrule that, and the audit log keeps what and why', async () => {
    const { modelId, version } = await chance(true)
    await approveModel(context, modelId, { ...by, reason: 'a demonstration', override: true })
    expect(await statuses()).toMatchObject({ [version]: 'champion' })
    const { details } = await db
      .selectFrom('auditLog')
      .select('details')
      .where('subject', '=', `model:${modelId}`)
      .where('action', '=', 'model.released')
      .executeTakeFirstOrThrow()
    expect(details).toMatchObject({
      reason: 'a demonstration',
      overridden: [expect.stringContaining('better-than-chance')],
    })
  })

  test('promise 6: of real patients, nobody can', async () => {
    const { modelId } = await chance(false)
    await expect(approveModel(context, modelId, { ...by, override: true })).rejects.toMatchObject(unproven)
  })
})

describe('who must approve', () => {
  test('the first release that learned from patients needs two people; later ones need one', async () => {
    const proven = async () => registerCandidate(context, await trainedRun({ simulated: false }))
    const { modelId, version } = await proven()
    await approveModel(context, modelId, by)
    expect(await statuses()).toMatchObject({ [version]: 'candidate' })
    const listed = async () => (await listModelVersions(context)).find((model) => model.modelId === modelId)
    expect(await listed()).toMatchObject({ approvalsNeeded: 2, approvals: [{ approvedBy: 'ana', reason: by.reason }] })
    await expect(approveModel(context, modelId, by)).rejects.toMatchObject({ code: 'approved_already' })
    await approveModel(context, modelId, { ...by, approvedBy: 'bea', reason: 'I have looked at the figures too' })
    expect(await statuses()).toMatchObject({ [version]: 'champion' })
    expect((await listed())?.approvals.map(({ approvedBy }) => approvedBy)).toEqual(['ana', 'bea'])

    const next = await proven()
    await approveModel(context, next.modelId, by)
    expect(await statuses()).toMatchObject({ [next.version]: 'champion', [version]: 'retired' })
  })
})

const change = async (model: TinyModel) => {
  const path = await context.blobs.localPath(model.manifest.onnx.sha256)
  await chmod(path, 0o600)
  const bytes = await readFile(path)
  bytes[40] ^= 1
  await writeFile(path, bytes)
}

test.each([
  ['a candidate without figures', { metrics: {} }, /rocAuc was not measured; sensitivity/],
  [
    'a candidate whose golden vectors do not hold',
    { goldenLogitError: 0.5 },
    /self-test: logits differ by 0\.(5|4999)\d*, 0\.001 is allowed/,
  ],
] as const)('promise 6: %s fails the gate and nothing is released', async (_, options, message) => {
  const before = await statuses()
  const { modelId, version } = await registerCandidate(context, await trainedRun(options))
  await expect(approveModel(context, modelId, by)).rejects.toMatchObject({
    code: 'gate_failed',
    message: expect.stringMatching(message),
  })
  expect(await statuses()).toEqual({ ...before, [version]: 'candidate' })
})

test('promise 5: a candidate whose file was changed on the server’s disk is not signed', async () => {
  const run = await trainedRun()
  const { modelId } = await registerCandidate(context, run)
  const released = (await releaseSeenByDevice()).release
  await change(run.model)
  await expect(approveModel(context, modelId, by)).rejects.toMatchObject({
    code: 'gate_failed',
    message: expect.stringContaining('the network has SHA-256'),
  })
  const { signed } = JSON.parse(
    (
      await db
        .selectFrom('tufMetadata')
        .select('text')
        .where('role', '=', 'targets')
        .orderBy('version', 'desc')
        .limit(1)
        .executeTakeFirstOrThrow()
    ).text,
  ) as { signed: { targets: object } }
  expect(Object.keys(signed.targets)).toContain(released.manifest.path)
})
