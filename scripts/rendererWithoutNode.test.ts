import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import rendererConfig from '../renderer/tsconfig.json' with { type: 'json' }
import { violationsIn } from './lint-layers.ts'

const root = fileURLToPath(new URL('../renderer', import.meta.url))
const dist = join(root, 'dist')

async function rendererSources(): Promise<readonly { readonly file: string; readonly text: string }[]> {
  const files = await readdir(root, { recursive: true })
  const ours = files.filter(
    (file) => /\.(tsx?|html)$/.test(file) && !/(^|\/)(dist|node_modules|testing)\/|\.test\.|^vite\.config/.test(file),
  )
  return Promise.all(
    ours.map(async (file) => ({ file: `renderer/${file}`, text: await readFile(join(root, file), 'utf8') })),
  )
}

describe('the renderer', () => {
  it('has no module that can reach Node', async () => {
    // Without Node's types, a name of Node's does not compile.
    expect(rendererConfig.compilerOptions.types).not.toContain('node')
    const sources = await rendererSources()
    expect(sources.length).toBeGreaterThan(100)
    for (const { file, text } of sources) {
      expect(violationsIn(file, text)).toEqual([])
      expect(text).not.toMatch(/\brequire\(|from '(?:node:|electron)|__dirname|\bmodule\.exports/)
    }
  })

  it.skipIf(!existsSync(join(dist, 'assets')))('nor has the bundle that is built of them', async () => {
    const files = (await readdir(dist, { recursive: true })).filter((file) => file.endsWith('.js'))
    expect(files.length).toBeGreaterThan(3)
    for (const file of files) {
      const text = await readFile(join(dist, file), 'utf8')
      // onnxruntime-web carries branches for Node behind a check; under the shell there is no Node to find.
      const ours = /ort|inference/.test(file)
        ? text.replaceAll(
            /import\((?:\/\*.*?\*\/)?["'`](?:node:)?(?:module|fs|fs\/promises|path|url|os|worker_threads)["'`]\)/g,
            '',
          )
        : text
      expect({
        file,
        found: /\bfrom\s*["'](?:node:|electron)|\brequire\(["'](?:node:|electron|fs|child_process)/.exec(ours)?.[0],
      }).toEqual({ file, found: undefined })
    }
  })
})
