import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createShellLog } from './shellLog.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spira-log-'))
})
afterEach(() => rm(folder, { recursive: true }))

const text = (): Promise<string> => readFile(join(folder, 'shell.log'), 'utf8')
const now = (): Date => new Date('2026-11-23T12:00:00Z')

describe('promise 9: the shell’s log', () => {
  it('holds what happened, the error’s kind and where, and not one word of its message', async () => {
    const log = createShellLog({ folder, now })
    const cause = Object.assign(new Error("ENOENT: '/home/maria.silva/Spira/x'"), { code: 'ENOENT' })
    log.note('refused', { code: 'storage-failed', tries: 2 }, new TypeError('Maria Silva, 1950-02-03', { cause }))
    const line = JSON.parse(await text()) as Record<string, unknown>
    expect(line).toMatchObject({
      at: '2026-11-23T12:00:00.000Z',
      event: 'refused',
      code: 'storage-failed',
      tries: 2,
      error: { name: 'TypeError', cause: { name: 'Error', code: 'ENOENT' } },
    })
    expect(JSON.stringify(line)).toMatch(/shellLog\.test\.ts:\d+:\d+/)
    expect(JSON.stringify(line)).not.toMatch(/maria|silva|1950|home/i)
  })

  it('no message, cause or text that is not a plain word of ours gets in, whatever it is', async () => {
    const log = createShellLog({ folder, now })
    fc.assert(
      fc.property(fc.string({ minLength: 3 }), fc.string({ unit: 'binary' }), (name, other) => {
        const secret = `§${name}§${other}§`
        log.note(secret, { [secret]: secret }, new Error(secret, { cause: new Error(secret, { cause: secret }) }))
        log.note('x', {}, Object.assign(new Error(secret), { code: secret, name: secret }))
      }),
      { seed: 20261123, numRuns: 300 },
    )
    for (const file of await readdir(folder)) expect(await readFile(join(folder, file), 'utf8')).not.toContain('§')
  })

  it('is put aside when it is full, and no more than so many are kept', async () => {
    const log = createShellLog({ folder, maxBytes: 500, kept: 2, now })
    for (let number = 0; number < 100; number += 1) log.note('event', { number })
    expect((await readdir(folder)).toSorted()).toEqual(['shell.log', 'shell.log.1', 'shell.log.2'])
    for (const file of await readdir(folder)) expect((await stat(join(folder, file))).size).toBeLessThan(700)
    expect(await text()).toContain('"number":99')
    expect((await stat(join(folder, 'shell.log'))).mode & 0o077).toBe(0)
  })

  it('that cannot be written stops nothing', async () => {
    const log = createShellLog({ folder, now })
    await rm(folder, { recursive: true })
    expect(() => log.note('event')).not.toThrow()
    createShellLog({ folder })
  })
})
