import { randomUUID } from 'node:crypto'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import type { OpenedFile } from '@spira/renderer/shell/bridge.ts'
import type { OpenDialogOptions, OpenDialogReturnValue, SaveDialogOptions, SaveDialogReturnValue } from 'electron'
import { ShellError } from '../shellError.ts'

/** The most that goes in or out in one call. */
export const FILE_PART_BYTES = 4 * 1024 * 1024

/**
 * Files on a USB stick or elsewhere, always chosen by the person in the operating system's own dialog: the page names no path, and
 * works with the number of an open file. One export and one import at a time; beginning another lets the former go.
 */
export interface ChosenFiles {
  /** @returns null when the person thought better of it. @throws ShellError `file-full`, `file-failed`. */
  beginExport(request: { readonly name: string }): Promise<{ readonly file: string } | null>
  /** @throws ShellError `file-unknown`, `file-full`, `file-failed`; the file is gone then, and nothing is left of it. */
  appendExport(request: { readonly file: string; readonly bytes: Uint8Array }): Promise<void>
  /** Under its name and on the medium when it resolves. @throws as `appendExport`. */
  finishExport(request: { readonly file: string }): Promise<void>
  /** @returns null when the person thought better of it. @throws ShellError `file-failed`. */
  beginImport(request: { readonly extensions: readonly string[] }): Promise<OpenedFile | null>
  /** At most FILE_PART_BYTES; none at the end. @throws ShellError `file-unknown`, `file-failed`. */
  readImport(request: { readonly file: string; readonly from: number }): Promise<Uint8Array<ArrayBuffer>>
  /** Takes back an export that was not finished; lets an import go. */
  close(request: { readonly file: string }): Promise<void>
  /** As the page or the app goes: nothing half written stays behind. */
  closeAll(): Promise<void>
}

/** Electron's dialogs, over the app's own window. */
export interface FileDialogs {
  save(options: SaveDialogOptions): Promise<SaveDialogReturnValue>
  open(options: OpenDialogOptions): Promise<OpenDialogReturnValue>
}

interface Export {
  readonly file: string
  readonly path: string
  readonly handle: FileHandle
}
interface Import {
  readonly file: string
  readonly handle: FileHandle
}

/** Not under its own name before it is whole: a stick may be pulled out at any moment. */
const temporaryOf = (path: string): string => `${path}.part`

export function createChosenFiles(dialogs: FileDialogs): ChosenFiles {
  let exported: Export | null = null
  let imported: Import | null = null
  /** What is done to the files is done in the order it was asked. */
  let queue: Promise<unknown> = Promise.resolve()
  function inOrder<T>(work: () => Promise<T>): Promise<T> {
    const result = queue.then(work)
    queue = result.catch(() => undefined)
    return result
  }

  async function takeBackExport(): Promise<void> {
    const taken = exported
    exported = null
    if (taken === null) return
    await taken.handle.close().catch(() => undefined)
    await rm(temporaryOf(taken.path), { force: true }).catch(() => undefined)
  }
  async function letImportGo(): Promise<void> {
    const gone = imported
    imported = null
    await gone?.handle.close().catch(() => undefined)
  }
  async function writing(file: string, work: (to: Export) => Promise<void>): Promise<void> {
    if (exported?.file !== file) throw new ShellError('file-unknown')
    try {
      await work(exported)
    } catch (cause) {
      await takeBackExport()
      throw fileError(cause)
    }
  }

  return {
    async beginExport({ name }) {
      const { canceled, filePath: path } = await dialogs.save({ defaultPath: name, properties: ['createDirectory'] })
      if (canceled || path === '') return null
      return inOrder(async () => {
        await takeBackExport()
        const handle = await open(temporaryOf(path), 'w').catch((cause: unknown) => {
          throw fileError(cause)
        })
        const file = randomUUID()
        exported = { file, path, handle }
        return { file }
      })
    },

    appendExport: ({ file, bytes }) => inOrder(() => writing(file, ({ handle }) => handle.appendFile(bytes))),

    finishExport: ({ file }) =>
      inOrder(() =>
        writing(file, async ({ handle, path }) => {
          await handle.sync()
          await handle.close()
          await rename(temporaryOf(path), path)
          exported = null
        }),
      ),

    async beginImport({ extensions }) {
      const { canceled, filePaths } = await dialogs.open({
        properties: ['openFile'],
        filters: [{ name: extensions.map((extension) => `.${extension}`).join(', '), extensions: [...extensions] }],
      })
      const [path] = filePaths
      if (canceled || path === undefined) return null
      // Some desktops let a person pass over the filter.
      if (!extensions.includes(extname(path).slice(1).toLowerCase())) throw new ShellError('file-failed')
      return inOrder(async () => {
        await letImportGo()
        const { handle, bytes } = await openToRead(path)
        const file = randomUUID()
        imported = { file, handle }
        return { file, name: basename(path), bytes }
      })
    },

    readImport: ({ file, from }) =>
      inOrder(async () => {
        if (imported?.file !== file) throw new ShellError('file-unknown')
        const part = new Uint8Array(FILE_PART_BYTES)
        try {
          const { bytesRead } = await imported.handle.read(part, 0, part.byteLength, from)
          return part.slice(0, bytesRead)
        } catch (cause) {
          throw new ShellError('file-failed', { cause })
        }
      }),

    close: ({ file }) =>
      inOrder(async () => {
        if (exported?.file === file) await takeBackExport()
        if (imported?.file === file) await letImportGo()
      }),

    closeAll: () =>
      inOrder(async () => {
        await takeBackExport()
        await letImportGo()
      }),
  }
}

async function openToRead(path: string): Promise<{ readonly handle: FileHandle; readonly bytes: number }> {
  let handle: FileHandle | null = null
  try {
    handle = await open(path, 'r')
    const status = await handle.stat()
    if (!status.isFile()) throw new ShellError('file-failed')
    return { handle, bytes: status.size }
  } catch (cause) {
    await handle?.close().catch(() => undefined)
    throw fileError(cause)
  }
}

function fileError(cause: unknown): ShellError {
  if (cause instanceof ShellError) return cause
  const full = cause instanceof Error && 'code' in cause && (cause.code === 'ENOSPC' || cause.code === 'EFBIG')
  return new ShellError(full ? 'file-full' : 'file-failed', { cause })
}
