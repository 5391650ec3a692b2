import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { z } from 'zod'
import { describeSpeech } from '@spira/shared/signal/descriptors/speechDescriptors.ts'
import { segmentByLevel } from '@spira/shared/signal/speech/levelSegments.ts'
import { encodeWav, floatToPcm16, pcm16ToFloat } from '@spira/shared/signal/wav.ts'
import { readSpeech } from './speech.ts'

const run = promisify(execFile)
const SCRIPT = fileURLToPath(import.meta.resolve('@spira/shared/signal/descriptors/testing/voice.praat'))
/** What both measure, with the relative difference past which it is to be explained. */
export const PRAAT_BOUNDS = { f0MeanHz: 0.01, jitterLocal: 0.05, shimmerLocal: 0.05, hnrDb: 0.05 } as const
export type VoiceMeasure = keyof typeof PRAAT_BOUNDS
export const VOICE_MEASURES = Object.keys(PRAAT_BOUNDS) as readonly VoiceMeasure[]

/** One recording's measures: ours, Praat's; null where there is no voice to measure. */
export interface VoiceComparison {
  readonly path: string
  readonly ours: Readonly<Record<VoiceMeasure, number | null>>
  readonly praat: Readonly<Record<VoiceMeasure, number | null>>
}

/** Praat writes --undefined-- where it finds nothing. */
const measured = z.number().nullable()
const outputSchema = z.object({ f0MeanHz: measured, jitterLocal: measured, shimmerLocal: measured, hnrDb: measured })

/** Whether Praat (Debian: apt-get install praat) can be run here. */
export const hasPraat = (): Promise<boolean> =>
  run('praat', ['--version']).then(
    () => true,
    () => false,
  )

/** Measures the same samples, 16 kHz and 16 bits, by both. */
export async function compareWithPraat(path: string): Promise<VoiceComparison> {
  const pcm = floatToPcm16(await readSpeech(path))
  const samples = pcm16ToFloat(pcm)
  const { f0MeanHz, jitterLocal, shimmerLocal, hnrDb } = describeSpeech(samples, segmentByLevel(samples))
  const folder = await mkdtemp(join(tmpdir(), 'spira-praat-'))
  try {
    const wav = join(folder, 'voice.wav')
    await writeFile(wav, encodeWav(pcm, 16_000))
    const { stdout } = await run('praat', ['--run', SCRIPT, wav])
    const praat = outputSchema.parse(JSON.parse(`{${stdout.replaceAll('--undefined--', 'null')}}`))
    return { path, ours: { f0MeanHz, jitterLocal, shimmerLocal, hnrDb }, praat }
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Ours as a share of Praat's away from it: 0 is the same; infinite where only one found a voice. */
export function relativeDifference({ ours, praat }: VoiceComparison, measure: VoiceMeasure): number {
  const [mine, theirs] = [ours[measure], praat[measure]]
  if (mine === null || theirs === null) return mine === theirs ? 0 : Infinity
  return mine / theirs - 1
}
