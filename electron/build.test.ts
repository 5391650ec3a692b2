import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('.', import.meta.url))

it('the main process is one module that requires Electron and Node alone, and is evaluated without waiting', async () => {
  const built = await build({
    root,
    logLevel: 'silent',
    configFile: join(root, 'vite.config.ts'),
    build: { write: false },
  })
  const [output] = [built].flat()
  if (output === undefined || !('output' in output)) throw new Error('main was not built')
  const [{ fileName, code, imports }] = output.output
  expect(fileName).toBe('main.js')
  expect(imports.filter((name) => name !== 'electron' && !name.startsWith('node:'))).toEqual([])
  // Electron becomes ready only once its main module is evaluated: an await for that on top would never end (electron#40719).
  expect(code.split('\n').filter((line) => /^(?:await|(?:const|let|var|try).*\bawait)\b/.test(line))).toEqual([])
})
