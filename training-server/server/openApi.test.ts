import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { createConsoleClient } from '@spira/shared/protocol/consoleClient.ts'
import { CONSOLE_API } from '@spira/shared/protocol/consoleApi.ts'
import { ROUTE_POLICY, TOKEN_SCOPE } from '../accounts/routePolicy.ts'
import { TestConsole } from '../accounts/testConsole.ts'
import { withTestDatabase } from '../db/testDatabase.ts'
import { TestDevice } from '../ingest/testDevice.ts'
import { buildServer } from './app.ts'
import { clientTypes, typeOf } from './clientTypes.ts'

const { context } = await withTestDatabase()
const app = await buildServer(context)
const serverUrl = await app.listen({ host: '127.0.0.1', port: 0 })
afterAll(() => app.close())
const OPERATIONS = join(import.meta.dirname, '../../shared/protocol/consoleOperations.ts')

type Document = {
  openapi: string
  paths: Record<string, Record<string, { 'x-token-scope'?: string; tags?: string[] }>>
}
const document = async (): Promise<Document> =>
  (await fetch(`${serverUrl}/api/openapi.json`)).json() as Promise<Document>

test('the document holds every route of the console, and which scope a program needs', async () => {
  const { openapi, paths } = await document()
  expect(openapi, JSON.stringify(await document()).slice(0, 300)).toBe('3.1.0')
  const found = Object.entries(paths)
    .filter(([path]) => path.startsWith(CONSOLE_API))
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        route: `${method.toUpperCase()} ${path.slice(CONSOLE_API.length).replaceAll(/\{(\w+)\}/g, ':$1')}`,
        scope: operation['x-token-scope'],
      })),
    )
  expect(found.map(({ route }) => route).toSorted()).toEqual(Object.keys(ROUTE_POLICY).toSorted())
  for (const { route, scope } of found) expect(scope, route).toBe(TOKEN_SCOPE[route])
})

/** Without what a formatter changes. */
const plain = (source: string): string => source.replaceAll(/[\s;'"|,()]+/g, '')

test('the typed client is made of the document as it is now (npm run -s api-client)', async () => {
  const text = clientTypes(await document())
  if (process.env['SPIRA_WRITE_CLIENT'] !== undefined) await writeFile(OPERATIONS, text)
  expect(plain(await readFile(OPERATIONS, 'utf8'))).toBe(plain(text))
})

test('a JSON Schema is a type, and what is not understood is unknown', () => {
  expect(typeOf({ type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'null' }] } })).toBe('(string | null)[]')
  expect(
    typeOf({ type: 'object', properties: { a: { const: 1 }, 'b-c': { enum: ['x', 'y'] } }, required: ['a'] }),
  ).toBe('{ a: 1; "b-c"?: "x" | "y" }')
  expect(typeOf({ type: ['integer', 'null'] })).toBe('number | null')
  expect(typeOf({ type: 'object', additionalProperties: { type: 'number' } })).toBe('Record<string, number>')
  expect(typeOf({ not: {} })).toBe('unknown')
})

test('with the client a program reads every recording, page by page, and is refused what its token does not reach', async () => {
  const device = await TestDevice.enrol(app, context)
  for (const seed of [1, 2, 3]) await device.fileVisit({ seed })
  const person = await TestConsole.signIn(app, context, 'researcher')
  const { token } = (await person.post('/api-tokens', { name: 'notebook', scopes: ['read'], days: 30 })).json<{
    token: string
  }>()
  const spira = createConsoleClient({ serverUrl, token, fetch })
  const seen: string[] = []
  for await (const { id, task } of spira.recordings({ limit: 2, task: ['read-sentence'] })) {
    expect(task).toBe('read-sentence')
    seen.push(id)
  }
  expect(new Set(seen).size).toBe(3)
  const [id = ''] = seen
  const detail = await spira.ask('GET /recordings/{id}', { path: { id } })
  // To an annotator the route answers without them.
  expect('encounters' in detail && detail.encounters).toHaveLength(1)
  expect((await spira.ask('GET /overview', {})).recordings).toBe(3)
  await expect(spira.open('GET /recordings/{id}/audio', { path: { id } })).rejects.toMatchObject({ code: 'forbidden' })
  await expect(spira.ask('GET /recordings', { query: { cursor: 'nonsense' } })).rejects.toMatchObject({
    code: 'cursor_invalid',
  })
  const stranger = createConsoleClient({ serverUrl, token: 'no token', fetch })
  await expect(stranger.ask('GET /overview', {})).rejects.toMatchObject({ code: 'not_signed_in' })
})

test('a request whose head is huge is refused before a route sees it, and the server goes on', async () => {
  const reply = await fetch(`${serverUrl}/api/health`, { headers: { 'x-much': 'a'.repeat(20_000) } })
  expect(reply.status).toBe(431)
  expect((await fetch(`${serverUrl}/api/health`)).status).toBe(200)
})
