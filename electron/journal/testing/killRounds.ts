import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openJournals } from '../journals.ts'
import { scanRecords } from '../record.ts'
import { sampleChunk, sampleId } from './sampleJournal.ts'

export interface KillRounds {
  readonly acknowledged: number
  /** Acknowledged chunks that were not there afterwards, or not as they were written. */
  readonly lost: number
  /** Records that the kill left half written, and that were cut off. */
  readonly tornTails: number
}

const script = fileURLToPath(new URL('appendForever.ts', import.meta.url))

/**
 * Kills a Node process (SIGKILL) that runs the journal module in the middle of appends, `rounds` times, each time at another
 * moment, and counts what it had acknowledged and what is left of that. After each, the next chunk is appended behind the rest.
 */
export async function killInMidAppend(folder: string, rounds: number): Promise<KillRounds> {
  const journals = await openJournals(folder)
  let [acknowledged, lost, tornTails] = [0, 0, 0]
  for (let round = 0; round < rounds; round += 1) {
    const recordingId = sampleId()
    const count = await appendUntilKilled(folder, recordingId, (round * 7) % 60)
    const bytes = await readFile(join(folder, `${recordingId}.journal`))
    if (scanRecords(bytes).end < bytes.length) tornTails += 1
    const { chunks, next } = await journals.read(recordingId, 0)
    if (next !== null) throw new Error('More chunks than one page: the process was killed too late.')
    const right = new Set(
      chunks
        .filter((chunk) => {
          const { sealed } = sampleChunk(recordingId, chunk.index)
          return (
            Buffer.from(sealed.iv).equals(Buffer.from(chunk.sealed.iv)) &&
            Buffer.from(sealed.data).equals(Buffer.from(chunk.sealed.data))
          )
        })
        .map(({ index }) => index),
    )
    for (let index = 0; index < count; index += 1) if (!right.has(index)) lost += 1
    acknowledged += count
    await journals.append(sampleChunk(recordingId, chunks.length))
    const after = await journals.read(recordingId, 0)
    if (after.chunks.length !== chunks.length + 1) lost += 1
    await journals.remove(recordingId)
  }
  await journals.close()
  return { acknowledged, lost, tornTails }
}

/** @returns how many chunks it acknowledged. The first one starts the clock. */
async function appendUntilKilled(folder: string, recordingId: string, afterMs: number): Promise<number> {
  const child = spawn(process.execPath, [script, folder, recordingId], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (output === '') setTimeout(() => child.kill('SIGKILL'), afterMs)
    output += text
  })
  await once(child, 'close')
  if (child.signalCode !== 'SIGKILL') throw new Error('The appending process ended by itself.')
  return output.slice(0, output.lastIndexOf('\n') + 1).split('\n').length - 1
}
