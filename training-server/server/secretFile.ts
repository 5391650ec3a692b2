import { link, mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/**
 * The secret kept in `path` (mode 0600), made by `make` the first time. Two processes that start together agree on one:
 * it is written whole aside and linked in, and a link never replaces a file that is there.
 */
export async function keepSecret(path: string, make: () => string | Promise<string>): Promise<string> {
  const kept = await readFile(path, 'utf8').catch(() => null)
  if (kept !== null) return kept
  const aside = await mkdtemp(join(dirname(path), '.new-'))
  try {
    const file = await open(join(aside, 'secret'), 'wx', 0o600)
    await file.writeFile(await make())
    await file.sync()
    await file.close()
    await link(join(aside, 'secret'), path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  } finally {
    await rm(aside, { recursive: true, force: true })
  }
  return readFile(path, 'utf8')
}
