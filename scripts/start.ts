import { type ChildProcess, spawnSync } from 'node:child_process'
import { appendFileSync, existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { findBrowser } from './browser.ts'
import { buildIfStale } from './build.ts'
import { Children } from './children.ts'
import { electronBinary } from './electronBinary.ts'

/** `npm start`: builds, starts the training server with its database, enrols this machine once, opens the bedside app. */

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const { values } = parseArgs({
  options: {
    data: { type: 'string', default: process.env['SPIRA_DATA'] ?? join(root, '.data') },
    port: { type: 'string', default: process.env['SPIRA_PORT'] ?? '4600' },
    window: { type: 'string', default: 'open' },
  },
})
const data = resolve(values.data)
const spira = join(root, 'training-server/cli/spira.ts')
const children = new Children()
let ending = false

async function end(code: number): Promise<never> {
  ending = true
  await children.stop()
  process.exit(code)
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (!ending) console.log('\nStopping …')
    void end(0)
  })
}

/** Starts the server and resolves with its address once it says that it is ready. It prints its own sentence when it cannot. */
function startServer(): Promise<string> {
  const server = children.start(process.execPath, [spira, 'server', '--data', data, '--port', values.port], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Its own group: Ctrl-C reaches it through us, in order, after the window.
    detached: process.platform !== 'win32',
  })
  server.once('exit', (code) => {
    if (ending) return
    console.error('The training server ended. Recordings at the bedside are safe; start again with npm start.')
    void end(code ?? 1)
  })
  // The log is for whoever looks for it; what a person must read comes through.
  const log = join(data, 'server.log')
  if (server.stderr !== null)
    createInterface({ input: server.stderr }).on('line', (line) => {
      if (line.startsWith('{') && existsSync(data)) appendFileSync(log, `${line}\n`)
      else console.error(line)
    })
  return new Promise((resolveReady) => {
    if (server.stdout === null) return
    createInterface({ input: server.stdout }).on('line', (line) => {
      const ready = /^spira server ready on (http:\/\/\S+)/.exec(line)
      if (ready?.[1] !== undefined) resolveReady(ready[1])
      else console.log(line)
    })
  })
}

/** A one-time code while no device of the demo site is enrolled, else null: this machine enrols once. */
function enrolmentCode(): string | null {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [spira, 'enrolment-code', '--data', data, '--site', 'Demo site', '--unless-enrolled', '--json'],
    { cwd: root, encoding: 'utf8' },
  )
  if (status !== 0) {
    console.error(
      `This machine could not be enrolled by itself: ${stderr.trim()} The app will ask for a code; npm run -s spira -- enrolment-code makes one.`,
    )
    return null
  }
  return (JSON.parse(stdout) as { code: string | null }).code
}

/** Opens the app's window: Electron, else a browser's app window. Null, with the reason said, when there is no way to. */
function openWindow(server: string, code: string | null): ChildProcess | null {
  const address = `${server}/bedside/${code === null ? '' : `#enrol=${code}`}`
  const display =
    process.platform !== 'linux' || process.env['DISPLAY'] !== undefined || process.env['WAYLAND_DISPLAY'] !== undefined
  const noWindow = (why: string): null => {
    console.log(
      `No window was opened: ${why} Open this address in Chromium, Chrome or Edge on this machine:\n  ${address}`,
    )
    return null
  }
  if (values.window === 'none') return noWindow('--window none was given.')
  if (!display) return noWindow('there is no display here (DISPLAY and WAYLAND_DISPLAY are unset).')
  // Chromium refuses its sandbox to root; only then is it left out, and said.
  const asRoot = process.getuid?.() === 0
  const sandbox = asRoot ? ['--no-sandbox'] : []
  if (asRoot)
    console.log('Running as root: the window runs without its sandbox. Use an ordinary account on a clinic machine.')
  const electron = electronBinary(root)
  if (electron !== null) {
    buildIfStale(root, 'electron')
    return children.start(
      electron,
      [
        join(root, 'electron'),
        ...sandbox,
        `--spira-server=${server}`,
        ...(code === null ? [] : [`--spira-enrol=${code}`]),
      ],
      { stdio: 'ignore' },
    )
  }
  const browser = findBrowser()
  if (browser === null)
    return noWindow('neither Electron nor Chromium, Chrome or Edge is installed (SPIRA_BROWSER can name one).')
  const profile = join(data, 'window')
  return children.start(
    browser,
    [
      `--app=${address}`,
      `--user-data-dir=${profile}`,
      '--no-first-run',
      '--no-default-browser-check',
      '--disable-background-networking',
      '--window-size=1280,860',
      ...sandbox,
    ],
    { stdio: 'ignore' },
  )
}

try {
  buildIfStale(root, 'renderer')
  buildIfStale(root, 'apps/console')
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}

console.log(`Starting the training server (data in ${data}) …`)
const server = await startServer()
const code = enrolmentCode()
const window = openWindow(server, code)
console.log(`
  Bedside app   ${server}/bedside/
  Console       ${server}/console/      (user "admin"; its one-time password was printed at the first start)
  Demo data     npm run -s demo         (a simulated clinic sends labelled encounters)
  Log           ${join(data, 'server.log')}
  Stop          Ctrl-C
`)
window?.once('exit', () => {
  if (!ending)
    console.log('The app window was closed. The server goes on; Ctrl-C stops it, npm start opens the window again.')
})
