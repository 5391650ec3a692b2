import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { withTestDatabase } from '../db/testDatabase.ts'
import { buildServer } from '../server/app.ts'

const { context } = await withTestDatabase()
const app = await buildServer(context)
const folder = join(context.folders.data, 'app-updates')
const get = (path: string) => app.inject(`/api/app-updates/${path}`)

describe('app updates', () => {
  it('are not there while nobody has put any', async () => {
    expect((await get('latest-linux.yml')).statusCode).toBe(404)
  })

  describe('once put into the data folder', () => {
    beforeAll(async () => {
      await mkdir(join(folder, 'inside.zip'), { recursive: true })
      await writeFile(join(folder, 'latest-linux.yml'), 'version: 1.5.0\n')
      await writeFile(join(folder, 'spira-edge-1.5.0-linux-x86_64.AppImage'), Buffer.alloc(3_000_000, 5))
      await writeFile(join(folder, '.hidden.yml'), 'secret')
      await writeFile(join(folder, 'notes.txt'), 'secret')
      await writeFile(join(context.folders.data, 'outside.yml'), 'secret')
      await symlink(join(context.folders.data, 'outside.yml'), join(folder, 'link.yml'))
    })

    it('are given whole, the feed never from a cache', async () => {
      const feed = await get('latest-linux.yml')
      expect(feed.body).toBe('version: 1.5.0\n')
      expect(feed.headers['cache-control']).toBe('no-store')
      const file = await get('spira-edge-1.5.0-linux-x86_64.AppImage')
      expect(file.headers['content-length']).toBe('3000000')
      expect(file.rawPayload.equals(Buffer.alloc(3_000_000, 5))).toBe(true)
    })

    it.each([
      '../outside.yml',
      '..%2foutside.yml',
      '%2e%2e%2foutside.yml',
      '..%5coutside.yml',
      'x/..%2f..%2foutside.yml',
      'link.yml',
      '.hidden.yml',
      'notes.txt',
      'inside.zip',
      'latest-linux.yml%00.zip',
      '',
    ])('read nothing else: %j', async (path) => {
      const reply = await get(path)
      expect(reply.statusCode).toBe(404)
      expect(reply.body).not.toContain('secret')
    })

    it('are read-only', async () => {
      for (const method of ['PUT', 'POST', 'DELETE'] as const)
        expect((await app.inject({ method, url: '/api/app-updates/latest-linux.yml' })).statusCode).toBe(404)
    })
  })
})
