import type { FetchBytes } from './client.ts'
import { ReleaseError } from './errors.ts'

/** As much of `fetch` as is used; browsers' and Node's both fit. Timeouts are the giver's: it alone has a clock. */
export type HttpGet = (
  url: string,
  headers: Readonly<Record<string, string>>,
) => Promise<{
  readonly status: number
  readonly body: {
    getReader(): { read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>; cancel(): Promise<void> }
  } | null
}>

/** Reads a repository below `baseUrl` (`<baseUrl>/metadata/…`, `<baseUrl>/targets/…`), never more of a file than allowed. */
export function httpRepository(baseUrl: string, get: HttpGet): FetchBytes {
  return async (path, maxBytes, resume) => {
    const from = resume?.have.length ?? 0
    if (resume !== undefined && from === maxBytes) return resume.have
    const headers = from > 0 ? { range: `bytes=${from}-` } : {}
    const response = await answered(path, () => get(`${baseUrl}/${path}`, headers))
    // 403 is how some object stores say that a file is not there.
    if (response.status === 404 || response.status === 403) throw new ReleaseError('not_found', { path })
    // 200: a server that sends everything again. Both begin the file where they say.
    const goesOn = from > 0 && response.status === 206
    if ((response.status !== 200 && !goesOn) || response.body === null) {
      throw new ReleaseError('unreachable', { path, detail: `HTTP ${response.status}` })
    }
    const reader = response.body.getReader()
    const chunks: Uint8Array[] = goesOn && resume !== undefined ? [resume.have] : []
    let length = goesOn ? from : 0
    let unkept: Uint8Array[] = []
    let keptTo = length
    const keep = async (): Promise<void> => {
      if (unkept.length === 0) return
      const part = joined(unkept, length - keptTo)
      unkept = []
      await resume?.keep(keptTo, part)
      keptTo = length
    }
    for (;;) {
      const { value } = await answered(path, () => reader.read()).catch(async (error: unknown) => {
        await keep()
        throw error
      })
      if (value === undefined) return joined(chunks, length)
      length += value.length
      if (length > maxBytes) {
        await answered(path, () => reader.cancel())
        throw new ReleaseError('too_large', { path, limit: maxBytes })
      }
      chunks.push(value)
      unkept.push(value)
      if (length - keptTo >= KEEP_BYTES) await keep()
    }
  }
}

/** Bytes after which a piece is put away: a broken line costs at most this much again. */
const KEEP_BYTES = 262_144

async function answered<T>(path: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    throw new ReleaseError('unreachable', { path, detail }, { cause: error })
  }
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}
