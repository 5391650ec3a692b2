import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import type { ExportPreview } from '@spira/shared/protocol/exportsApi.ts'
import { freezeDataset } from '../../datasets/freeze.ts'
import { withdrawnItems } from '../../datasets/withdrawnItems.ts'
import { withTestDatabase } from '../../db/testDatabase.ts'
import { csvRows, sha256 } from '../../exports/testing/exportedDataset.ts'
import { TestDevice } from '../../ingest/testDevice.ts'
import { buildServer } from '../../server/app.ts'
import verb from './export.ts'

/** `spira export`, as the command line runs it. */
const { context, db, url } = await withTestDatabase()
const app = await buildServer(context)
const device = await TestDevice.enrol(app, context)
const visit = device.visit({ seed: 1 })
Object.assign(visit.label, { cause: 'worked at the mill' })
await device.send(visit.events)
await device.finalise(visit.recording, await device.upload(visit.recording, visit.audio))
await device.fileVisit({ seed: 2, label: 'absent' })
const version = await freezeDataset(context, { name: 'march', description: '', frozenBy: 'ana' })
const folder = mkdtempSync(join(tmpdir(), 'spira-export-verb-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const me = `command-line:${userInfo().username}`

async function spira(...args: string[]) {
  const log = vi.spyOn(console, 'log').mockReturnValue()
  vi.stubEnv('DATABASE_URL', url)
  try {
    const all = ['--dataset', 'march', '--data', context.folders.data, '--json', ...args]
    const error = await verb.run(all).then(
      () => null,
      (cause: unknown) => (cause instanceof Error ? cause.message : String(cause)),
    )
    return { error, said: log.mock.calls.flat().join('\n') }
  } finally {
    vi.unstubAllEnvs()
    log.mockRestore()
  }
}

test('an archive with its checksum and Croissant, by whom the operating system knows; a cleared text leaves with it', async () => {
  const out = join(folder, 'march.zip')
  expect(await spira('--layout', 'plain', '--clear', 'label_cause', '--out', out)).toMatchObject({ error: null })
  execFileSync('sha256sum', ['--check', '--quiet', 'march.zip.sha256'], { cwd: folder })
  const sum = sha256(readFileSync(out))
  expect(JSON.parse(readFileSync(`${out}.croissant.json`, 'utf8'))).toMatchObject({
    distribution: expect.arrayContaining([expect.objectContaining({ contentUrl: 'march.zip', sha256: sum })]),
  })
  const extract = 'import zipfile,sys; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])'
  execFileSync('python3', ['-c', extract, out, join(folder, 'march')])
  const rows = csvRows(join(folder, 'march/metadata.csv'))
  expect(rows.map((row) => row['label_cause'])).toContain('worked at the mill')
  const made = await db.selectFrom('auditLog').selectAll().where('action', '=', 'export.made').execute()
  expect(made).toMatchObject([
    {
      actor: me,
      subject: `dataset-version:${version.id}`,
      details: { sha256: sum, recordings: 2, layout: 'plain', clearedText: ['label_cause'] },
    },
  ])
  // Who must delete when somebody withdraws: a person, not "the server".
  expect((await withdrawnItems(context, version.id)).exports).toMatchObject([{ by: me }])
  expect((await spira('--layout', 'plain', '--out', out)).error).toContain('is there already')
  expect(sha256(readFileSync(out))).toBe(sum)
})

test('what is asked for wrongly is said, a dry run writes nothing, and a text stays unless it is cleared', async () => {
  expect((await spira('--layout', 'exe')).error).toContain('"exe"')
  expect((await spira('--layout', 'plain', '--clear', 'operator_code')).error).toContain('"operator_code"')
  const out = join(folder, 'dry.zip')
  const preview = JSON.parse((await spira('--layout', 'plain', '--dry-run', '--out', out)).said) as ExportPreview
  expect(preview).toMatchObject({ recordings: 2, withheld: { freeText: 1 } })
  expect(JSON.stringify(preview)).not.toContain('mill')
  expect(existsSync(out)).toBe(false)
})

test('promise 8: somebody who withdraws while it is being written is in no file that is left', async () => {
  const out = join(folder, 'late.zip')
  const withdrawing = await db.startTransaction().execute()
  await withdrawing
    .updateTable('datasetVersions')
    .set({ withdrawnAt: new Date() })
    .where('id', '=', version.id)
    .execute()
  const writing = spira('--layout', 'plain', '--out', out)
  // It has read the version as it was, and waits at its last step for what is being withdrawn.
  await vi.waitFor(() => expect(existsSync(`${out}.part`)).toBe(true), { timeout: 30_000, interval: 20 })
  await withdrawing.commit().execute()
  expect((await writing).error).toContain('has withdrawn')
  for (const name of [out, `${out}.part`, `${out}.sha256`, `${out}.croissant.json`])
    expect(existsSync(name)).toBe(false)
  const made = await db.selectFrom('auditLog').select('sequence').where('action', '=', 'export.made').execute()
  expect(made).toHaveLength(1)
})
