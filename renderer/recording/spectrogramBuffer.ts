import { SPECTROGRAM } from '@spira/shared/signal/spectrogramColumns.ts'

/** Columns kept when nobody takes them (a hidden tab): the newest ten seconds. */
const MAX_BYTES = 1000 * SPECTROGRAM.bands

/** Holds the spectrogram's columns between two frames of the screen. */
export function createSpectrogramBuffer(): { put(columns: Uint8Array): void; take(): Uint8Array<ArrayBuffer> } {
  let parts: Uint8Array[] = []
  let bytes = 0
  return {
    put(columns) {
      parts.push(columns)
      bytes += columns.length
      while (bytes - (parts[0]?.length ?? 0) > MAX_BYTES) bytes -= parts.shift()?.length ?? 0
    },
    take() {
      const whole = new Uint8Array(bytes)
      let at = 0
      for (const part of parts) {
        whole.set(part, at)
        at += part.length
      }
      parts = []
      bytes = 0
      return whole
    },
  }
}
