import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { buildIfStale } from './build.ts'
import { serveFolder } from './folderServer.ts'

/**
 * `npm run -s app-from-folder [-- FOLDER] [--port 4700]`: the web app from a folder of this machine (renderer/dist by default), to
 * be installed by the browser. Once installed it starts without this program, and without a network.
 */
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { port: { type: 'string', default: '4700' } },
})
const folder = resolve(positionals[0] ?? join(root, 'renderer/dist'))
try {
  if (positionals[0] === undefined) buildIfStale(root, 'renderer')
  if (!existsSync(join(folder, 'index.html')))
    throw new Error(`There is no built app in ${folder}: it must hold index.html (npm run build, then renderer/dist).`)
  const { origin } = await serveFolder(folder, Number(values.port))
  console.log(`The bedside app is on ${origin}/bedside/
Open it in Chromium, Chrome or Edge on this machine and choose "Install" in the address bar. Afterwards it starts by itself, without
this program. Stop: Ctrl-C`)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
