import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeWav, floatToPcm16 } from '@spira/shared/signal/wav.ts'
import { simulateSpeaker } from '../apps/simulator/voice/simulateSpeaker.ts'
import { freePort, TestServer } from '../e2e/harness/server.ts'

export interface BenchServer {
  readonly folder: string
  readonly server: TestServer
}

export interface BenchBedside extends BenchServer {
  /** A simulated person who tells something, looped. */
  readonly microphone: string
}

/** Runs `work` beside a server of its own; everything goes afterwards. */
export async function withServer(work: (bench: BenchServer) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'spira-bench-'))
  // Run as root, the server runs PostgreSQL as another user, who must be able to enter.
  await chmod(folder, 0o711)
  const server = new TestServer(join(folder, 'data'), await freePort())
  try {
    await server.start()
    await work({ folder, server })
  } finally {
    await server.stop()
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** The same with a microphone that speaks. */
export async function withBedside(work: (bedside: BenchBedside) => Promise<void>): Promise<void> {
  const { samples } = await simulateSpeaker({
    seed: 3,
    condition: 'absent',
    task: 'free-speech',
    seconds: 20,
    sampleRateHz: 48_000,
  })
  await withServer(async ({ folder, server }) => {
    const microphone = join(folder, 'microphone.wav')
    await writeFile(microphone, encodeWav(floatToPcm16(samples), 48_000))
    await work({ folder, server, microphone })
  })
}

/**
 * Says whether a target was met; one that was missed makes the bench end with 1, after everything was measured.
 *
 * @param most the target; a value that is no number misses it.
 */
export function target(name: string, value: number, most: number, unit = ''): void {
  const met = value <= most
  console.log(`target ${name}: ${value.toFixed(2)}${unit} <= ${most}${unit}: ${met ? 'met' : 'MISSED'}`)
  if (!met) process.exitCode = 1
}

/** The same where more is better. @param least the target. */
export function targetAtLeast(name: string, value: number, least: number, unit = ''): void {
  const met = value >= least
  console.log(`target ${name}: ${value.toFixed(2)}${unit} >= ${least}${unit}: ${met ? 'met' : 'MISSED'}`)
  if (!met) process.exitCode = 1
}

/** The value below which `share` of them lie (nearest rank). */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}
