import { open } from 'node:fs/promises'
import { ShellError } from '../shellError.ts'

/** A file's name is on disk only once its folder is. Windows knows no such thing and refuses to open a folder. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

export const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code

/** What a failed write is to the page: a full disk, or another failure of it. */
export function storageError(error: unknown): ShellError {
  if (error instanceof ShellError) return error
  const full = ['ENOSPC', 'EDQUOT', 'EFBIG'].some((code) => isCode(error, code))
  return new ShellError(full ? 'storage-full' : 'storage-failed', { cause: error })
}
