import { expect, test, vi } from 'vitest'
import { newId } from '@spira/shared/protocol/ids.ts'
import { type Channel, rolloutRequestSchema } from '@spira/shared/protocol/rollouts.ts'
import { TestConsole } from '../accounts/testConsole.ts'
import channels from '../cli/verbs/channels.ts'
import { withTestDatabase } from '../db/testDatabase.ts'
import { TestDevice } from '../ingest/testDevice.ts'
import { approveModel } from '../models/approve.ts'
import { registerCandidate } from '../models/registry.ts'
import { trainedRun } from '../models/testing/trainedRun.ts'
import { buildServer } from '../server/app.ts'
import { latestSnapshot } from './metadataFiles.ts'
import { listRollouts } from './rollouts/listRollouts.ts'

const { context, db, url } = await withTestDatabase()
const app = await buildServer(context)
const north = await TestDevice.enrol(app, context, { site: 'North' })
const south = await TestDevice.enrol(app, context, { site: 'South' })
const administrator = await TestConsole.signIn(app, context, 'administrator')
const lead = await TestConsole.signIn(app, context, 'clinician-lead')
const put = ({ id, ...members }: Channel) => administrator.request('PUT', `/channels/${id}`, { payload: members })

async function spira(...args: string[]) {
  const log = vi.spyOn(console, 'log').mockReturnValue()
  vi.stubEnv('DATABASE_URL', url)
  try {
    await channels.run([...args, '--data', context.folders.data])
    return log.mock.calls.flat().join('\n')
  } finally {
    vi.unstubAllEnvs()
    log.mockRestore()
  }
}

test('a channel is made, renamed and given other members by an administrator; what is under way for it is signed anew', async () => {
  const members = { name: 'Pilot', siteIds: [north.siteId], deviceIds: [] }
  expect((await lead.post('/channels', members)).statusCode).toBe(403)
  const pilot = (await administrator.post('/channels', members)).json<Channel>()
  expect((await lead.get('/channels')).json()).toEqual([pilot])
  expect((await administrator.post('/channels', members)).json()).toMatchObject({ code: 'channel_name_taken' })
  const unknown = { ...members, name: 'Ghosts', deviceIds: [newId()] }
  expect((await administrator.post('/channels', unknown)).json()).toMatchObject({ code: 'not_found' })

  const { modelId } = await registerCandidate(context, await trainedRun(context))
  const rollout = rolloutRequestSchema.parse({ channelId: pilot.id })
  await approveModel(context, modelId, { approvedBy: 'ana', reason: 'a pilot', override: false, rollout })
  const reached = async () => (await listRollouts(context)).items[0]?.devices.audience
  expect(await reached()).toBe(1)
  const signed = async () => JSON.stringify(await db.transaction().execute((trx) => latestSnapshot(trx)))
  expect(await signed()).not.toContain(south.id)

  const wider = { ...pilot, name: 'Pilot wards', deviceIds: [south.id] }
  expect((await put(wider)).json()).toEqual(wider)
  expect(await reached()).toBe(2)
  expect(await signed()).toContain(south.id)
  expect((await listRollouts(context)).items[0]?.channel).toEqual({ id: pilot.id, name: 'Pilot wards' })
  expect((await put({ ...wider, id: newId(), name: 'Nowhere' })).json()).toMatchObject({ code: 'not_found' })

  const audited = await db
    .selectFrom('auditLog')
    .select(['action', 'details'])
    .where('subject', '=', `channel:${pilot.id}`)
    .orderBy('sequence')
    .execute()
  expect(audited.map(({ action }) => action)).toEqual(['channel.made', 'channel.changed'])
  expect(audited[1]?.details).toMatchObject({ before: { name: 'Pilot' }, now: { name: 'Pilot wards' } })
})

test('spira channels lists them, makes one, and changes what is given', async () => {
  expect(await spira()).toBe(`Pilot wards: North, ${south.id}`)
  expect(await spira('Night', '--sites', 'South, North')).toContain('Night: South, North')
  expect(await spira('Night', '--rename', 'Night shift', '--sites', '')).toContain('Night shift: nobody')
  await expect(spira('Night', '--sites', 'West')).rejects.toThrow('There is no site "West".')
  await expect(spira('--sites', 'South')).rejects.toThrow('it takes its NAME')
  const listed = JSON.parse(await spira('--json')) as Channel[]
  expect(listed.map(({ name }) => name)).toEqual(['Night shift', 'Pilot wards'])
  await app.close()
})
