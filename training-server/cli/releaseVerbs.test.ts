import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import type { DatasetVersion, ModelVersion } from '@spira/shared/protocol/consoleApi.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import { changePassword, createAccount } from '../accounts/accounts.ts'
import { withTestDatabase } from '../db/testDatabase.ts'
import { TestDevice } from '../ingest/testDevice.ts'
import { registerCandidate } from '../models/registry.ts'
import { trainedRun } from '../models/testing/trainedRun.ts'
import { buildServer } from '../server/app.ts'
import freeze from './verbs/freeze.ts'
import jobs from './verbs/jobs.ts'
import release from './verbs/release.ts'
import type { Verb } from './verb.ts'

/** `spira freeze` and `spira release`, as the command line runs them. */

const { context, db, url } = await withTestDatabase()
const app = await buildServer(context)
const device = await TestDevice.enrol(app, context)
const passwordFile = join(await mkdtemp(join(tmpdir(), 'spira-release-')), 'password')
const PASSWORD = 'seven quiet wards by the sea'
await writeFile(passwordFile, `${PASSWORD}\n`)

async function spira(verb: Verb, ...args: string[]) {
  const log = vi.spyOn(console, 'log').mockReturnValue()
  vi.stubEnv('DATABASE_URL', url)
  try {
    const error = await verb.run([...args, '--data', context.folders.data, '--json']).then(
      (code) => (code === 0 ? null : `exit code ${code}`),
      (cause: unknown) => (cause instanceof Error ? cause.message : String(cause)),
    )
    const said = log.mock.calls.flat().join('\n')
    return { error, said: said === '' ? null : (JSON.parse(said) as unknown) }
  } finally {
    vi.unstubAllEnvs()
    log.mockRestore()
  }
}

async function person(username: string, role: 'clinician-lead' | 'researcher'): Promise<void> {
  const { id, oneTimePassword } = await createAccount(context, { username, role })
  const account = { id, username, role, mustChangePassword: true }
  await changePassword(context, account, { current: oneTimePassword, next: PASSWORD }, '')
}

test('freeze writes a version once, and says so where it cannot', async () => {
  expect((await spira(freeze, 'march')).error).toContain('nothing to freeze')
  await device.fileVisit({ seed: 1, label: 'present' })
  const first = (await spira(freeze, 'march', '--description', 'of the first days')).said as DatasetVersion
  expect(first).toMatchObject({ name: 'march', recordings: 1, present: 1, absent: 0, frozenBy: 'command-line' })
  expect(((await spira(freeze, 'march')).said as DatasetVersion).id).toBe(first.id)
  expect((await spira(freeze, 'april')).error).toContain('march')
  expect((await spira(freeze)).error).toBe('It takes one NAME.')
})

test('release is by a person with the role and the password; two of them where patients were learned from', async () => {
  const run = await trainedRun(context, { simulated: false })
  const { version } = await registerCandidate(context, run)
  await person('ana', 'clinician-lead')
  await person('rui', 'clinician-lead')
  await person('lia', 'researcher')
  const [waits] = (await spira(release)).said as ModelVersion[]
  expect(waits).toMatchObject({ version, status: 'candidate', approvals: [], approvalsNeeded: 2 })

  const by = (username: string) =>
    spira(release, String(version), '--as', username, '--reason', 'as good', '--password-file', passwordFile)
  expect((await by('lia')).error).toBe('Your role does not allow this.')
  expect((await by('eva')).error).toBe('User name or password is wrong.')
  expect((await by('ana')).said).toMatchObject([{ status: 'candidate', approvals: [{ approvedBy: 'ana' }] }])
  expect((await by('ana')).error).not.toBeNull()
  expect((await by('rui')).said).toMatchObject([{ status: 'challenger', release: { reason: 'as good' } }])
  expect((await spira(release, '99', '--as', 'ana', '--reason', 'why not')).error).toBe('There is no model version 99.')
  expect((await spira(release, String(version), '--judge')).error).toContain('this model version is challenger')
  const audited = await db.selectFrom('auditLog').select('actor').where('action', '=', 'model.released').execute()
  expect(audited).toEqual([{ actor: 'account:rui' }])
})

test('release --judge puts a candidate to the gate again, as the gate stage of its run', async () => {
  const run = await trainedRun(context)
  const { modelId, version } = await registerCandidate(context, run)
  expect((await spira(release, String(version), '--judge')).error).toContain('is under way')
  await db.updateTable('trainingRuns').set({ status: 'succeeded' }).where('id', '=', run.runId).execute()
  expect((await spira(release, String(version), '--judge')).error).toContain('nothing to judge again')
  await db.deleteFrom('gateDecisions').where('modelId', '=', modelId).execute()
  expect((await spira(release, String(version), '--judge')).said).toEqual({ id: run.runId, status: 'running' })
  const stages = await db.selectFrom('runStages').select(['stage', 'state']).where('runId', '=', run.runId).execute()
  expect(stages).toEqual([{ stage: 'gate', state: 'queued' }])
  expect((await spira(release, '--judge')).error).toBe('To judge again it takes a VERSION.')
})

test('jobs lists the dead letters and dismisses those of a run, with a reason', async () => {
  const { runId } = await trainedRun(context)
  await db.updateTable('trainingRuns').set({ status: 'failed' }).where('id', '=', runId).execute()
  const stage = { id: newId(), runId, position: 0, stage: 'features', shard: '1 of 1', needs: '[]' } as const
  await db
    .insertInto('runStages')
    .values({ ...stage, state: 'failed', failure: 'the disk is full' })
    .execute()
  expect((await spira(jobs, '--dead')).said).toMatchObject([{ runId, failure: 'the disk is full' }])
  expect((await spira(jobs, '--dismiss', runId)).error).toBe('--dismiss needs --reason TEXT.')
  expect((await spira(jobs, '--dismiss', runId, '--reason', 'an old disk')).said).toMatchObject([{ status: 'failed' }])
  expect((await spira(jobs, '--dead')).said).toEqual([])
  const audited = await db
    .selectFrom('auditLog')
    .select(['actor', 'details'])
    .where('action', '=', 'training-run.dismissed')
    .execute()
  expect(audited).toMatchObject([{ actor: 'command-line', details: { reason: 'an old disk' } }])
})
