import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

/** What `git describe` says of this code, or the package's version where there is no repository. */
export async function codeVersion(): Promise<string> {
  const here = import.meta.dirname
  try {
    const { stdout } = await promisify(execFile)('git', ['describe', '--always', '--dirty', '--tags'], { cwd: here })
    return stdout.trim()
  } catch {
    const { version } = JSON.parse(await readFile(`${here}/../package.json`, 'utf8')) as { version: string }
    return version
  }
}
