import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeWav, floatToPcm16 } from '@spira/shared/signal/wav.ts'
import { simulateSpeaker } from '../apps/simulator/voice/simulateSpeaker.ts'
import { freePort, TestServer } from '../e2e/harness/server.ts'

export interface BenchBedside {
  readonly folder: string
  readonly server: TestServer
  /** A simulated person who tells something, looped. */
  readonly microphone: string
}

/** Runs `work` beside a server of its own and a microphone that speaks; everything goes afterwards. */
export async function withBedside(work: (bedside: BenchBedside) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'spira-bench-'))
  // Run as root, the server runs PostgreSQL as another user, who must be able to enter.
  await chmod(folder, 0o711)
  const server = new TestServer(join(folder, 'data'), await freePort())
  try {
    const { samples } = await simulateSpeaker({
      seed: 3,
      condition: 'absent',
      task: 'free-speech',
      seconds: 20,
      sampleRateHz: 48_000,
    })
    const microphone = join(folder, 'microphone.wav')
    await writeFile(microphone, encodeWav(floatToPcm16(samples), 48_000))
    await server.start()
    await work({ folder, server, microphone })
  } finally {
    await server.stop()
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** The value below which `share` of them lie (nearest rank). */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}
