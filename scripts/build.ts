import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Newest modification below a folder, in epoch milliseconds. */
function newestIn(folder: string): number {
  let newest = 0
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === 'node_modules' || entry.name === 'dist') continue
    const path = join(folder, entry.name)
    newest = Math.max(newest, entry.isDirectory() ? newestIn(path) : statSync(path).mtimeMs)
  }
  return newest
}

/** Builds `workspace` (a folder with a `build` script) unless its build is newer than its sources and shared's. */
export function buildIfStale(root: string, workspace: string): void {
  const stamp = join(root, workspace, 'dist', '.built')
  const newest = Math.max(
    ...[workspace, 'shared'].map((folder) => newestIn(join(root, folder))),
    statSync(join(root, 'package-lock.json')).mtimeMs,
  )
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= newest) return
  console.log(`Building ${workspace} …`)
  const { status, stderr, stdout } = spawnSync('npm', ['run', '--silent', 'build', '-w', workspace], {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  if (status !== 0) throw new Error(`${workspace} could not be built:\n${stdout}${stderr}`)
  writeFileSync(stamp, '')
}
