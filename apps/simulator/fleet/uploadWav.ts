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
 * @returns the upload's id, for `finalise`.
 * @throws tus-js-client's DetailedError when the server refuses.
 */
export const uploadWav = ({ recordingId, sha256, wav, uploadsUrl, token }: WavUpload): Promise<string> =>
  new Promise((resolve, reject) => {
    const upload = new Upload(Buffer.from(wav.buffer), {
      endpoint: uploadsUrl,
      metadata: { recordingId, sha256 },
      headers: { authorization: `Bearer ${token}` },
      // The default fingerprint is of name, size and time, and has taken one recording for another.
      fingerprint: async () => recordingId,
      storeFingerprintForResuming: false,
      onError: reject,
      onSuccess: () => {
        const id = upload.url?.split('/').at(-1)
        if (id === undefined) reject(new Error('The server named no address for the upload'))
        else resolve(id)
      },
    })
    upload.start()
  })
