import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { JournalChunk, JournalHeader } from '@spira/renderer/shell/bridge.ts'

/** A UUIDv7 by form; its time does not matter to the shell. */
export const sampleId = (): string => {
  const uuid = randomUUID()
  return `${uuid.slice(0, 14)}7${uuid.slice(15)}`
}

const sealed = (bytes: number): JournalChunk['sealed'] => ({
  iv: new Uint8Array(randomBytes(12)),
  data: new Uint8Array(randomBytes(bytes)).buffer,
})

export const sampleHeader = (recordingId = sampleId()): JournalHeader => ({
  recordingId,
  startedAt: 1_790_000_000_000,
  recording: sealed(300),
  participantKey: sealed(48),
  encounter: { id: sampleId(), participantId: sampleId(), updatedAt: 1_790_000_000_000, sealed: sealed(500) },
})

/** Bytes that can be told from the id and the index alone, so that another process can check them. */
export function sampleChunk(recordingId: string, index: number, bytes = 16_016): JournalChunk {
  const data = new Uint8Array(bytes)
  const seed = createHash('sha256').update(`${recordingId}/${index}`).digest()
  for (let at = 0; at < bytes; at += 1) data[at] = (seed[at % seed.length] ?? 0) ^ (at & 0xff)
  return { recordingId, index, sealed: { iv: new Uint8Array(seed.subarray(0, 12)), data: data.buffer } }
}
