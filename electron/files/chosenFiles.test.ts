import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startShell } from '../shell.ts'
import { createElectronDouble } from '../testing/electronDouble.ts'
import { FILE_PART_BYTES } from './chosenFiles.ts'

let electron: Awaited<ReturnType<typeof createElectronDouble>>
let stick: string
beforeEach(async () => {
  electron = await createElectronDouble()
  await startShell(electron.facade, electron.installation)
  stick = await mkdtemp(join(tmpdir(), 'spira-stick-'))
})
afterEach(async () => {
  electron.emit('app', 'will-quit')
  await rm(electron.data, { recursive: true, force: true })
  await rm(stick, { recursive: true, force: true })
})

type Reply = { readonly ok: true; readonly value: never } | { readonly ok: false; readonly code: string }
const ask = async (call: string, request?: unknown): Promise<Reply> => (await electron.invoke(call, request)) as Reply
async function value<T>(call: string, request?: unknown): Promise<T> {
  const reply = await ask(call, request)
  if (!reply.ok) throw new Error(reply.code)
  return reply.value
}

async function beginExport(path: string): Promise<string> {
  electron.choose({ saveTo: path })
  const { file } = await value<{ file: string }>('beginExport', { name: 'spira-1.zip' })
  return file
}

describe('a file on a USB stick', () => {
  it('goes out and comes in part by part, and is under its name only once it is whole', async () => {
    const path = join(stick, 'spira-1.zip')
    const parts = [FILE_PART_BYTES, 1, 0, 70_000].map((length) => new Uint8Array(randomBytes(length)))
    const file = await beginExport(path)
    for (const bytes of parts) await value('appendExport', { file, bytes })
    expect(await readdir(stick)).toEqual(['spira-1.zip.part'])
    await value('finishExport', { file })
    expect(await readdir(stick)).toEqual(['spira-1.zip'])
    const whole = Buffer.concat(parts)
    expect((await readFile(path)).equals(whole)).toBe(true)

    electron.choose({ openFrom: path })
    const opened = await value<{ file: string }>('beginImport', { extensions: ['zip'] })
    expect(opened).toEqual({ file: expect.any(String), name: 'spira-1.zip', bytes: whole.length })
    const read: Uint8Array[] = []
    for (let from = 0; ;) {
      const part: Uint8Array = await value('readImport', { file: opened.file, from })
      if (part.byteLength === 0) break
      read.push(part)
      from += part.byteLength
    }
    expect(read.length).toBe(2)
    expect(Buffer.concat(read).equals(whole)).toBe(true)
    await value('closeFile', { file: opened.file })
    expect(await ask('readImport', { file: opened.file, from: 0 })).toMatchObject({ code: 'file-unknown' })
  })

  it('replaces one of the same name only when it is whole', async () => {
    const path = join(stick, 'spira-1.zip')
    await writeFile(path, 'before')
    const file = await beginExport(path)
    await value('appendExport', { file, bytes: new Uint8Array(10) })
    await value('closeFile', { file })
    expect(await readdir(stick)).toEqual(['spira-1.zip'])
    expect(await readFile(path, 'utf8')).toBe('before')
    expect(await ask('appendExport', { file, bytes: new Uint8Array(1) })).toMatchObject({ code: 'file-unknown' })
    expect(await ask('finishExport', { file })).toMatchObject({ code: 'file-unknown' })
  })

  it('leaves nothing half written when another is begun, the page crashes or the app quits', async () => {
    for (const end of [
      async () => void (await beginExport(join(stick, 'other.zip'))),
      async () => void electron.emit('app', 'render-process-gone', { id: 7 }, { reason: 'crashed', exitCode: 11 }),
    ]) {
      const file = await beginExport(join(stick, 'spira-1.zip'))
      await value('appendExport', { file, bytes: new Uint8Array(10) })
      await end()
      expect(await ask('appendExport', { file, bytes: new Uint8Array(1) })).toMatchObject({ code: 'file-unknown' })
      expect(await readdir(stick)).not.toContain('spira-1.zip.part')
    }
  })

  it('is chosen by the person alone: thinking better of it, another kind of file, a folder, no place to write', async () => {
    electron.choose({})
    expect(await value('beginExport', { name: 'spira-1.zip' })).toBeNull()
    expect(await value('beginImport', { extensions: ['zip'] })).toBeNull()
    electron.choose({ openFrom: join(stick, 'passwd') })
    expect(await ask('beginImport', { extensions: ['zip'] })).toMatchObject({ code: 'file-failed' })
    await mkdir(join(stick, 'folder.zip'))
    electron.choose({ openFrom: join(stick, 'folder.zip') })
    expect(await ask('beginImport', { extensions: ['zip'] })).toMatchObject({ code: 'file-failed' })
    electron.choose({ openFrom: join(stick, 'gone.zip') })
    expect(await ask('beginImport', { extensions: ['zip'] })).toMatchObject({ code: 'file-failed' })
    electron.choose({ saveTo: join(stick, 'no-such-folder/x.zip') })
    expect(await ask('beginExport', { name: 'x.zip' })).toMatchObject({ code: 'file-failed' })
  })

  it('that does not fit says so and leaves nothing there', async (context) => {
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', stick], { stdio: 'ignore' })
    } catch {
      context.skip('no small disk: mounting one needs root and a kernel that allows it')
    }
    try {
      const file = await beginExport(join(stick, 'spira-1.zip'))
      expect(await ask('appendExport', { file, bytes: new Uint8Array(FILE_PART_BYTES) })).toMatchObject({
        code: 'file-full',
        sentence: expect.stringContaining('Nothing was left there'),
      })
      expect(await readdir(stick)).toEqual([])
    } finally {
      execFileSync('umount', [stick])
    }
  })
})
