import { parseArgs } from 'node:util'
import { describeSpeech } from '@spira/shared/signal/descriptors/speechDescriptors.ts'
import { segmentByLevel } from '@spira/shared/signal/speech/levelSegments.ts'
import type { SpeechSegments } from '@spira/shared/signal/speech/segments.ts'
import { detectSpeech } from '@spira/shared/signal/speech/speechDetector.ts'
import { readSpeech } from '../../training/speech.ts'
import { openSpeechDetection } from '../../training/speechDetection.ts'
import { UsageError, type Verb } from '../verb.ts'

const descriptors: Verb = {
  summary: 'Measure pauses, speech rate and voice of a recording',
  help: `spira descriptors FILE.wav [--json]

  FILE.wav   any sample rate; it is resampled to 16 kHz
  --json     one JSON object; null where there was nothing to measure on`,

  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { json: { type: 'boolean', default: false } },
      allowPositionals: true,
    })
    const [file, ...more] = positionals
    if (file === undefined || more.length > 0) throw new UsageError('It takes one WAV file.')
    const samples = await readSpeech(file)
    const described = describeSpeech(samples, await segmentsOf(samples))
    if (values.json) console.log(JSON.stringify(described))
    else {
      for (const [name, value] of Object.entries(described) as [string, number | null][]) {
        console.log(`${name.padEnd(20)} ${value === null ? 'nothing to measure' : Number(value.toPrecision(4))}`)
      }
    }
    return 0
  },
}
export default descriptors

/** Of the speech detector; by level where it cannot run, which is said. */
async function segmentsOf(samples: Float32Array): Promise<SpeechSegments> {
  try {
    const vad = await openSpeechDetection()
    const segments = await detectSpeech(vad, samples)
    await vad.release()
    return segments
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    console.error(
      `The speech detector cannot run (${reason}). Pauses are told by level, which mistakes more noises for speech.`,
    )
    return segmentByLevel(samples)
  }
}
