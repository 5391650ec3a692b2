import type { SignedReceipt } from '@spira/shared/protocol/receipt.ts'
import { RECEIPT_HEADER, RECEIPT_WANTED, receiptFromHeader } from '@spira/shared/protocol/receiptHeader.ts'
import { Upload } from 'tus-js-client'

interface WavUpload {
  readonly recordingId: string
  readonly sha256: string
  readonly wav: Uint8Array<ArrayBuffer>
  readonly uploadsUrl: string
  readonly token: string
}

/**
 * Uploads one WAV by tus 1.0.
 * @returns the upload's id and the receipt that came with its last byte, if one did, for `finalise`.
 * @throws tus-js-client's DetailedError when the server refuses.
 */
export const uploadWav = ({
  recordingId,
  sha256,
  wav,
  uploadsUrl,
  token,
}: WavUpload): Promise<{ readonly uploadId: string; readonly receipt: SignedReceipt | null }> =>
  new Promise((resolve, reject) => {
    let receipt: SignedReceipt | null = null
    const upload = new Upload(Buffer.from(wav.buffer), {
      endpoint: uploadsUrl,
      metadata: { recordingId, sha256 },
      headers: { authorization: `Bearer ${token}`, [RECEIPT_HEADER]: RECEIPT_WANTED },
      onAfterResponse(_request, response) {
        receipt = receiptFromHeader(response.getHeader(RECEIPT_HEADER))
      },
      // The default fingerprint is of name, size and time, and has taken one recording for another.
      fingerprint: async () => recordingId,
      storeFingerprintForResuming: false,
      onError: reject,
      onSuccess: () => {
        const uploadId = upload.url?.split('/').at(-1)
        if (uploadId === undefined) reject(new Error('The server named no address for the upload'))
        else resolve({ uploadId, receipt })
      },
    })
    upload.start()
  })
