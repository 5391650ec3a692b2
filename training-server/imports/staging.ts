import { createWriteStream } from 'node:fs'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { type Readable, Transform } from 'node:stream'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { IMPORT_LIMITS } from '@spira/shared/protocol/importsApi.ts'
import type { ServerContext } from '../server/context.ts'

/** Where the files of an import lie until it is filed. Their names there are ours: nothing of what a browser calls them reaches a path. */
export const stagingFolder = ({ folders }: Pick<ServerContext, 'folders'>): string => join(folders.work, 'imports')
export const importFolder = (context: Pick<ServerContext, 'folders'>, importId: string): string =>
  join(stagingFolder(context), importId)
export const wavPath = (context: Pick<ServerContext, 'folders'>, importId: string, fileId: string): string =>
  join(importFolder(context, importId), `${fileId}.wav`)

/**
 * Writes what comes to a file of its own. What is too much is read and let go, so that whoever sends it reads the refusal.
 * @returns its bytes. @throws SpiraError import_file_refused past `most`
 */
export async function receive(source: Readable, target: string, most: number): Promise<number> {
  let bytes = 0
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      done(null, bytes > most ? Buffer.alloc(0) : chunk)
    },
  })
  await pipeline(source, count, createWriteStream(target, { mode: 0o600 }))
  if (bytes > most) throw new SpiraError('import_file_refused', { detail: `it has more than ${most} bytes` })
  return bytes
}

export async function makeImportFolder(context: Pick<ServerContext, 'folders'>, importId: string): Promise<string> {
  const folder = importFolder(context, importId)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  return folder
}

export const removeImportFolder = (context: Pick<ServerContext, 'folders'>, importId: string): Promise<void> =>
  rm(importFolder(context, importId), { recursive: true, force: true })

/** What a file is called in its import: its place within the folder, with `/`. @throws SpiraError import_file_refused */
export function cleanPath(path: string): string {
  const clean = path.replaceAll('\\', '/').replace(/^\/+/, '')
  const parts = clean.split('/')
  const isStrange = parts.some((part) => part === '' || part === '.' || part === '..') || /\p{C}/u.test(clean)
  if (isStrange || clean.length > IMPORT_LIMITS.pathLength)
    throw new SpiraError('import_file_refused', { detail: 'its name is not that of a file in a folder' })
  return clean
}

/** Folders of imports that are not there any more, as a crash may leave them. */
export async function sweepStaging(context: Pick<ServerContext, 'folders' | 'db'>): Promise<void> {
  const names = await readdir(stagingFolder(context)).catch(() => [])
  if (names.length === 0) return
  const staged = await context.db.selectFrom('imports').select('id').where('status', '=', 'staged').execute()
  const kept = new Set(staged.map(({ id }) => id))
  for (const name of names) if (!kept.has(name)) await removeImportFolder(context, name)
}
