// Runs under whatever Node the machine has (>= 18): installs what is missing, then hands over to the Node this project pins.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))
const pinnedNode = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')

const packagesOf = (file) => JSON.parse(readFileSync(join(root, file), 'utf8')).packages

/** Whether node_modules holds the lockfile's versions: npm writes what it installed to node_modules/.package-lock.json. */
function isInstalled() {
  try {
    const installed = packagesOf('node_modules/.package-lock.json')
    return Object.entries(packagesOf('package-lock.json')).every(
      // Of the optional packages, those of other systems are rightly missing.
      ([path, { version, optional, devOptional, link }]) =>
        !path.includes('node_modules/') || optional || devOptional || link || installed[path]?.version === version,
    )
  } catch {
    return false
  }
}

/** Installs exactly the lockfile when node_modules does not hold it yet. Exits with a sentence when that fails. */
function installMissing() {
  if (existsSync(pinnedNode) && isInstalled()) return
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
