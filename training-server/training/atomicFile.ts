import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Writes a file so that a reader, after a crash too, finds the old one or the new one, whole: temporary file, fsync, rename, fsync. */
export async function writeFileAtomically(path: string, bytes: Uint8Array | string): Promise<void> {
  const temporary = `${path}.tmp`
  const file = await open(temporary, 'w')
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
  const folder = await open(dirname(path))
  try {
    await folder.sync()
  } catch (error) {
    // Windows cannot fsync a folder; NTFS journals the rename itself.
    if (process.platform !== 'win32') throw error
  } finally {
    await folder.close()
  }
}
