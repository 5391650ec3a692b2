import { refusalOf } from '@spira/shared/protocol/deviceClient.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import type { SignedReceipt } from '@spira/shared/protocol/receipt.ts'
import { RECEIPT_HEADER, RECEIPT_WANTED, receiptFromHeader } from '@spira/shared/protocol/receiptHeader.ts'
import { SyncError } from '@spira/shared/protocol/syncError.ts'
import { DetailedError, type HttpStack, Upload } from 'tus-js-client'
import { blobReader } from './tusOverFetch.ts'

export interface AudioUpload {
  readonly recordingId: string
  readonly sha256: string
  readonly audio: Blob
  /** Of an earlier attempt: resumed where the server says it stopped. Null: a new upload is created. */
  readonly uploadUrl: string | null
  readonly endpoint: string
  readonly httpStack: HttpStack
  readonly chunkBytes: number
  /** Awaited before the next request goes out, so that what was sent never runs ahead of what is on disk here. */
  readonly onCreated: (uploadUrl: string) => Promise<void>
  readonly onAccepted: (bytes: number) => Promise<void>
  readonly signal: AbortSignal
}

export interface Uploaded {
  readonly uploadUrl: string
  /** As it came with the answer to the last byte, not verified; null where none came. */
  readonly receipt: SignedReceipt | null
}

/**
 * Uploads by tus 1.0 until the server has accepted every byte. Retrying is the caller's.
 *
 * @throws SpiraError: what the API refused; `upload_unknown` when the upload is gone, `upload_incomplete` when the two sides
 *   disagree on the offset (resume again). SyncError as the device client.
 */
export async function uploadAudio(request: AudioUpload): Promise<Uploaded> {
  const { recordingId, sha256, audio, uploadUrl, endpoint, httpStack, chunkBytes, signal } = request
  if (uploadUrl !== null && new URL(uploadUrl).origin !== new URL(endpoint).origin)
    throw new SpiraError('upload_unknown')
  let persisted: Promise<void> = Promise.resolve()
  const persist = (write: () => Promise<void>): void => {
    persisted = persisted.then(write)
    // The failure is thrown where the promise is awaited: before the next request, or at the end.
    persisted.catch(() => undefined)
  }

  const settled = new AbortController()
  let receipt: SignedReceipt | null = null
  const url = await new Promise<string>((resolve, reject) => {
    const upload = new Upload(audio, {
      // Without an endpoint a resumption that fails is an error told to us, not silently a second upload.
      ...(uploadUrl === null ? { endpoint } : { uploadUrl }),
      metadata: { recordingId, sha256 },
      headers: { [RECEIPT_HEADER]: RECEIPT_WANTED },
      onAfterResponse(_request, response) {
        receipt = receiptFromHeader(response.getHeader(RECEIPT_HEADER))
      },
      // The default fingerprint (name, size, time) once took another recording's finished upload for this one.
      fingerprint: async () => recordingId,
      storeFingerprintForResuming: false,
      retryDelays: null,
      parallelUploads: 1,
      chunkSize: chunkBytes,
      httpStack,
      fileReader: blobReader,
      onBeforeRequest: () => persisted,
      onUploadUrlAvailable() {
        const { url: created } = upload
        if (created === null) return
        // The token goes where the upload is: never to another host.
        if (new URL(created).origin === new URL(endpoint).origin) persist(() => request.onCreated(created))
        else stop(new SyncError('not_the_server', 'an upload on another host'))
      },
      onChunkComplete: (_size, accepted) => persist(() => request.onAccepted(accepted)),
      onSuccess: () =>
        upload.url === null
          ? reject(new SyncError('not_the_server', 'an upload without address'))
          : resolve(upload.url),
      onError: (error) => reject(failureOf(error)),
    })
    const stop = (reason: unknown): void => {
      void upload.abort()
      reject(reason)
    }
    signal.addEventListener('abort', () => stop(new SyncError('server_unreachable', 'stopped')), {
      signal: settled.signal,
    })
    upload.start()
  }).finally(() => settled.abort())
  await persisted
  return { uploadUrl: url, receipt }
}

function failureOf(error: Error | DetailedError): unknown {
  if (!(error instanceof DetailedError)) return error
  const { originalRequest: request, originalResponse: response, causingError } = error
  if (response === null) return causingError ?? error
  const status = response.getStatus()
  // A 2xx that tus-js-client could not use: no Location, no Upload-Offset.
  if (status < 400) return new SyncError('not_the_server', `HTTP ${status} that is not tus`)
  const refusal = refusalOf({ status }, response.getBody())
  if (refusal instanceof SpiraError || refusal.code !== 'not_the_server') return refusal
  if (status === 409 || status === 423)
    return new SpiraError('upload_incomplete', { got: 'other', expected: 'the announced' })
  // tus answers in plain text, and a HEAD, by which it is asked for an old upload, has no text at all.
  if (status === 404 || status === 410 || request.getMethod() === 'HEAD') return new SpiraError('upload_unknown')
  // tus names its version in every answer; anything else is not the server.
  if (response.getHeader('Tus-Resumable') === undefined) return refusal
  return new SpiraError('invalid_request', { detail: `tus answered ${status}` })
}
