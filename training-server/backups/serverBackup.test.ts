import { readdir, rm, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import type { BackupState } from '@spira/shared/protocol/careApi.ts'
import { TestConsole } from '../accounts/testConsole.ts'
import { withTestDatabase } from '../db/testDatabase.ts'
import { TestDevice } from '../ingest/testDevice.ts'
import { buildServer } from '../server/app.ts'
import { checkBackup } from './restore.ts'

const { context } = await withTestDatabase()
const app = await buildServer(context)
const administrator = await TestConsole.signIn(app, context)
const state = async (): Promise<BackupState> => (await administrator.get('/backup')).json()

async function settled(): Promise<BackupState> {
  for (;;) {
    const now = await state()
    if (now.state !== 'running') return now
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

test('a backup is made from the console while the server works: whole, in the audit log, one at a time', async () => {
  const device = await TestDevice.enrol(app, context)
  const { recording } = await device.fileVisit({ seed: 1 })
  expect(await state()).toMatchObject({ state: 'idle', last: null, made: [] })
  expect((await administrator.post('/backup')).json()).toMatchObject({ state: 'running' })
  expect((await administrator.post('/backup')).json()).toMatchObject({ code: 'backup_running' })
  const made = await settled()
  expect(made).toMatchObject({ state: 'idle', failure: null, made: [{ actor: `account:${administrator.username}` }] })
  const manifest = await checkBackup(made.folder)
  expect(manifest.blobs).toContain(recording.sha256)
  expect(made.last?.files).toBe(manifest.blobs.length)
  expect((await readdir(made.folder)).toSorted((a, b) => a.localeCompare(b))).toEqual([
    'blobs',
    'keys',
    'manifest.json',
    'tables',
  ])
})

test('where it cannot be written it says so, and nothing passes for a backup', async () => {
  const { folder } = await state()
  await rm(folder, { recursive: true })
  await writeFile(folder, 'in the way')
  await administrator.post('/backup')
  expect(await settled()).toMatchObject({ state: 'failed', last: null })
  const auditor = await TestConsole.signIn(app, context, 'auditor')
  expect((await auditor.get('/backup')).statusCode).toBe(200)
  expect((await auditor.post('/backup')).statusCode).toBe(403)
})
