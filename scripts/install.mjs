// Runs under whatever Node the machine has (>= 18): installs what is missing, then hands over to the Node this project pins.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))
const stampFile = join(root, 'node_modules', '.installed-lockfile')
const pinnedNode = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')

const lockfileHash = () =>
  createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')

/** Installs exactly the lockfile when node_modules does not hold it yet. Exits with a sentence when that fails. */
function installMissing() {
  const wanted = lockfileHash()
  if (existsSync(pinnedNode) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted) return
  console.log('Installing the exact packages of package-lock.json (once, about 2 minutes) …')
  const npm = process.env.npm_execpath
  const [command, args] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []]
  const { status, error } = spawnSync(command, [...args, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
    shell: command === 'npm' && process.platform === 'win32',
    // What onnxruntime-node would download are CUDA libraries that nothing here uses.
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
  })
  if (status !== 0 || !existsSync(pinnedNode)) {
    const why = error ? ` (${error.message})` : ''
    console.error(
      `The packages could not be installed${why}. Check the network or registry settings of npm, then run this again: it goes on where it stopped.`,
    )
    process.exit(1)
  }
  writeFileSync(stampFile, wanted)
}

/** Installs, then runs `script` (TypeScript, from source) under the pinned Node with this process's arguments; never returns. */
export function runPinned(script) {
  installMissing()
  const bin = join(root, 'node_modules', '.bin')
  const separator = process.platform === 'win32' ? ';' : ':'
  // SIGINT reaches the whole foreground group; this parent only waits for the child to finish its clean-up.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {})
  const child = spawnSync(pinnedNode, [join(root, 'scripts', script), ...process.argv.slice(2)], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: `${bin}${separator}${process.env.PATH}` },
  })
  process.exit(child.status ?? 1)
}
