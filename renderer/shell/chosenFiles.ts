import type { OpenedFile, ShellBridge } from './bridge.ts'
import { shellBridge, valueOf } from './shellBridge.ts'

/**
 * Files that a person chooses a place for, on a USB stick for example: by the system's dialogs in the desktop app, as a download and
 * a file field on the web. On the web a file that goes out is held in memory first.
 */

/** The shell takes 4 MiB a call; less keeps the page answering on a slow stick. */
const PART_BYTES = 1024 * 1024

type Parts = AsyncIterable<Uint8Array<ArrayBuffer>>

/** A file that is read part by part. */
export interface FileToRead {
  readonly name: string
  readonly bytes: number
  readonly parts: Parts
}

/**
 * Writes `parts` to a file where the person says. In the desktop app it bears its name only once it is whole and on the medium.
 *
 * @returns false when the person thought better of it. @throws ShellRefusal `file-full`, `file-failed`, and what `parts` throws.
 */
export async function saveChosenFile(name: string, parts: Parts, bridge = shellBridge()): Promise<boolean> {
  return bridge === null ? download(name, parts) : exportFile(bridge, name, parts)
}

/**
 * Asks for a file of one of these kinds (`zip`). It is let go when its parts have been read, or the reading was given up.
 *
 * @returns null when the person thought better of it. @throws ShellRefusal `file-failed`, as the parts are read too.
 */
export async function openChosenFile(
  extensions: readonly string[],
  bridge = shellBridge(),
): Promise<FileToRead | null> {
  if (bridge === null) return askForFile(extensions)
  const opened = valueOf(await bridge.beginImport({ extensions }))
  return opened === null
    ? null
    : { name: opened.name, bytes: opened.bytes, parts: { [Symbol.asyncIterator]: () => readImport(bridge, opened) } }
}

async function exportFile(bridge: ShellBridge, name: string, parts: Parts): Promise<boolean> {
  const chosen = valueOf(await bridge.beginExport({ name }))
  if (chosen === null) return false
  const { file } = chosen
  try {
    for await (const part of parts)
      for (let at = 0; at < part.byteLength; at += PART_BYTES)
        valueOf(await bridge.appendExport({ file, bytes: part.slice(at, at + PART_BYTES) }))
    valueOf(await bridge.finishExport({ file }))
  } catch (error) {
    await bridge.closeFile({ file })
    throw error
  }
  return true
}

async function* readImport(bridge: ShellBridge, { file, bytes }: OpenedFile) {
  try {
    for (let from = 0; from < bytes;) {
      const part = valueOf(await bridge.readImport({ file, from }))
      if (part.byteLength === 0) return
      yield part
      from += part.byteLength
    }
  } finally {
    await bridge.closeFile({ file })
  }
}

async function download(name: string, parts: Parts): Promise<boolean> {
  const held: Uint8Array<ArrayBuffer>[] = []
  for await (const part of parts) held.push(part)
  const url = URL.createObjectURL(new Blob(held))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
  return true
}

async function askForFile(extensions: readonly string[]): Promise<FileToRead | null> {
  const field = document.createElement('input')
  field.type = 'file'
  field.accept = extensions.map((extension) => `.${extension}`).join(',')
  const file = await new Promise<File | null>((resolve) => {
    field.addEventListener('change', () => resolve(field.files?.[0] ?? null), { once: true })
    field.addEventListener('cancel', () => resolve(null), { once: true })
    field.click()
  })
  return file === null ? null : { name: file.name, bytes: file.size, parts: readInParts(file) }
}

async function* readInParts(file: File) {
  for (let from = 0; from < file.size; from += PART_BYTES)
    yield new Uint8Array(await file.slice(from, from + PART_BYTES).arrayBuffer())
}
