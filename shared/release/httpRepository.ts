import type { FetchBytes } from './client.ts'
import { ReleaseError } from './errors.ts'

/** As much of `fetch` as is used; browsers' and Node's both fit. Timeouts are the giver's: it alone has a clock. */
export type HttpGet = (url: string) => Promise<{
  readonly status: number
  readonly body: {
    getReader(): { read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>; cancel(): Promise<void> }
  } | null
}>

/** Reads a repository below `baseUrl` (`<baseUrl>/metadata/…`, `<baseUrl>/targets/…`), never more of a file than allowed. */
export function httpRepository(baseUrl: string, get: HttpGet): FetchBytes {
  return async (path, maxBytes) => {
    const response = await answered(path, () => get(`${baseUrl}/${path}`))
    // 403 is how some object stores say that a file is not there.
    if (response.status === 404 || response.status === 403) throw new ReleaseError('not_found', { path })
    if (response.status !== 200 || response.body === null) {
      throw new ReleaseError('unreachable', { path, detail: `HTTP ${response.status}` })
    }
    const reader = response.body.getReader()
    const chunks: Uint8Array[] = []
    let length = 0
    for (;;) {
      const { value } = await answered(path, () => reader.read())
      if (value === undefined) return joined(chunks, length)
      length += value.length
      if (length > maxBytes) {
        await answered(path, () => reader.cancel())
        throw new ReleaseError('too_large', { path, limit: maxBytes })
      }
      chunks.push(value)
    }
  }
}

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
