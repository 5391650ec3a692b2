import { SyncError } from '@spira/shared/protocol/syncError.ts'
import type { FileReader, HttpStack } from 'tus-js-client'

/** The part of `fetch` an upload uses. */
export type UploadFetch = (url: string, init: RequestInit) => Promise<Response>

export interface TusOverFetchOptions {
  readonly fetch: UploadFetch
  readonly timeoutMs: number
  /** Bearer token; given the token that was just answered 401, a new one. */
  readonly authenticate: (refused?: string) => Promise<string>
}

/**
 * HTTP for tus-js-client by `fetch`, in browser and Node alike. Its own stacks follow redirects, which would carry a request
 * to the sign-in page of a captive portal and show its 200 as the upload's; here a redirect is an answer that is not tus's.
 */
export function tusOverFetch({ fetch, timeoutMs, authenticate }: TusOverFetchOptions): HttpStack {
  return {
    getName: () => 'fetch',
    createRequest(method, url) {
      const headers = new Map<string, string>()
      const abort = new AbortController()

      async function send(token: string, body: unknown): Promise<{ response: Response; text: string }> {
        try {
          const response = await fetch(url, {
            method,
            headers: { ...Object.fromEntries(headers), authorization: `Bearer ${token}` },
            // What tus-js-client hands over is the slice that `blobReader` gave it, or null.
            ...(body instanceof Blob && { body }),
            redirect: 'manual',
            credentials: 'omit',
            cache: 'no-store',
            signal: AbortSignal.any([abort.signal, AbortSignal.timeout(timeoutMs)]),
          })
          return { response, text: await response.text() }
        } catch (error) {
          throw new SyncError('server_unreachable', undefined, { cause: error })
        }
      }

      return {
        getMethod: () => method,
        getURL: () => url,
        setHeader: (name, value) => void headers.set(name, value),
        getHeader: (name) => headers.get(name),
        setProgressHandler: () => undefined,
        async send(body) {
          const token = await authenticate()
          let answer = await send(token, body)
          if (answer.response.status === 401) answer = await send(await authenticate(token), body)
          const { response, text } = answer
          return {
            getStatus: () => response.status,
            getHeader: (name) => response.headers.get(name) ?? undefined,
            getBody: () => text,
            getUnderlyingObject: () => response,
          }
        },
        abort: async () => abort.abort(),
        getUnderlyingObject: () => null,
      }
    },
  }
}

/** Slices a Blob without reading it whole; tus-js-client's own reader takes no Blob in Node. */
export const blobReader: FileReader = {
  async openFile(input: Blob) {
    return {
      size: input.size,
      slice: async (start, end) => ({ value: input.slice(start, end), done: end >= input.size }),
      close: () => undefined,
    }
  },
}
