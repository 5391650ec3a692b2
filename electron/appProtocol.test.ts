import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { createAppProtocol } from './appProtocol.ts'

describe('the app:// protocol', () => {
  let serve: (request: Request) => Promise<Response>
  const get = (url: string, method = 'GET'): Promise<Response> => serve(new Request(url, { method }))

  beforeAll(async () => {
    const outside = await mkdtemp(join(tmpdir(), 'spira-shell-'))
    const folder = join(outside, 'dist')
    await mkdir(join(folder, 'assets'), { recursive: true })
    await writeFile(join(folder, 'index.html'), '<!doctype html><title>Spira</title>')
    await writeFile(join(folder, 'assets/app.js'), 'export {}')
    await writeFile(join(outside, 'secret.json'), '{"secret":true}')
    serve = createAppProtocol(folder)
  })

  it('serves the page, its files and, for any view, the page again', async () => {
    for (const path of ['', 'encounters/0193', 'sync']) {
      const reply = await get(`app://spira/bedside/${path}`)
      expect(reply.status).toBe(200)
      expect(await reply.text()).toContain('<title>Spira</title>')
    }
    const script = await get('app://spira/bedside/assets/app.js')
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
  })

  it('isolates every answer, refusals too', async () => {
    for (const url of ['app://spira/bedside/', 'app://spira/bedside/missing.js', 'app://other/bedside/']) {
      const { headers } = await get(url)
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
      expect(headers.get('cross-origin-embedder-policy')).toBe('require-corp')
      expect(headers.get('content-security-policy')).toContain("default-src 'none'")
      expect(headers.get('content-security-policy')).not.toContain("'unsafe-eval'")
    }
  })

  it.each([
    'app://spira/bedside/../secret.json',
    'app://spira/bedside/..%2fsecret.json',
    'app://spira/bedside/%2e%2e/secret.json',
    'app://spira/bedside/..%5csecret.json',
    'app://spira/bedside/assets/..%2f..%2fsecret.json',
    'app://spira/bedside/%00.json',
    'app://spira/bedside/%E0%A4%A.json',
    'app://spira/secret.json',
    'app://other/bedside/index.html',
  ])('reads nothing outside the build: %s', async (url) => {
    const reply = await get(url)
    expect(reply.status).toBeGreaterThanOrEqual(400)
    expect(await reply.text()).not.toContain('secret"')
  })

  it('refuses other methods', async () => {
    expect((await get('app://spira/bedside/', 'POST')).status).toBe(405)
  })
})
