import { open, rename, rm } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import type { ImportedFile } from '@spira/renderer/shell/bridge.ts'
import type { OpenDialogOptions, OpenDialogReturnValue, SaveDialogOptions, SaveDialogReturnValue } from 'electron'
import { ShellError } from '../shellError.ts'

/** Files on a USB stick or elsewhere, always chosen by the person in the operating system's own dialog: the page names no path. */
export interface ChosenFiles {
  exportFile(request: { readonly name: string; readonly bytes: Uint8Array }): Promise<{ readonly saved: boolean }>
  importFile(request: {
    readonly extensions: readonly string[]
    readonly maxBytes: number
  }): Promise<ImportedFile | null>
}

/** Electron's dialogs, over the app's own window. */
export interface FileDialogs {
  save(options: SaveDialogOptions): Promise<SaveDialogReturnValue>
  open(options: OpenDialogOptions): Promise<OpenDialogReturnValue>
}

export function createChosenFiles(dialogs: FileDialogs): ChosenFiles {
  return {
    async exportFile({ name, bytes }) {
      const { canceled, filePath } = await dialogs.save({ defaultPath: name, properties: ['createDirectory'] })
      if (canceled || filePath === '') return { saved: false }
      await writeWhole(filePath, bytes)
      return { saved: true }
    },

    async importFile({ extensions, maxBytes }) {
      const { canceled, filePaths } = await dialogs.open({
        properties: ['openFile'],
        filters: [{ name: extensions.map((extension) => `.${extension}`).join(', '), extensions: [...extensions] }],
      })
      const [path] = filePaths
      if (canceled || path === undefined) return null
      // Some desktops let a person pass over the filter.
      if (!extensions.includes(extname(path).slice(1).toLowerCase())) throw new ShellError('file-failed')
      return { name: basename(path), bytes: await readCapped(path, maxBytes) }
    },
  }
}

/** Under its name only once it is whole and on the medium: a stick may be pulled out at any moment. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.part`
  try {
    const handle = await open(temporary, 'w')
    try {
      await handle.writeFile(bytes)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, path)
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined)
    const full = cause instanceof Error && 'code' in cause && cause.code === 'ENOSPC'
    throw new ShellError(full ? 'storage-full' : 'file-failed', { cause })
  }
}

async function readCapped(path: string, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const handle = await open(path, 'r')
    try {
      const status = await handle.stat()
      if (!status.isFile()) throw new ShellError('file-failed')
      if (status.size > maxBytes) throw new ShellError('file-too-large')
      const bytes = new Uint8Array(status.size)
      let filled = 0
      while (filled < bytes.byteLength) {
        const { bytesRead } = await handle.read(bytes, filled, bytes.byteLength - filled, filled)
        if (bytesRead === 0) throw new ShellError('file-failed')
        filled += bytesRead
      }
      return bytes
    } finally {
      await handle.close()
    }
  } catch (cause) {
    throw cause instanceof ShellError ? cause : new ShellError('file-failed', { cause })
  }
}
