import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { measureQuality } from '@spira/shared/signal/quality.ts'
import { pcm16ToFloat } from '@spira/shared/signal/wav.ts'
import { simulateSpeaker } from '../apps/simulator/voice/simulateSpeaker.ts'

/**
 * How often good recordings of one voice are doubted, by finding, and how often a second voice or music under them is noticed.
 * SPIRA_COHORT names a folder of recordings with a metadata.csv (columns file_path, …, voice); without it only simulated speakers are judged.
 */
const FACTS = { interrupted: false, processedByBrowser: false }
const LEVELS_DB = [0, -6, -12]

interface Voice {
  readonly samples: Float32Array
  readonly speaker: string
}

function cohort(folder: string): readonly Voice[] {
  const [header = '', ...rows] = readFileSync(join(folder, 'metadata.csv'), 'utf8').trim().split('\n')
  const columns = header.split(',')
  return rows.map((row) => {
    const cells = row.split(',')
    const bytes = readFileSync(join(folder, cells[columns.indexOf('file_path')] ?? ''))
    const pcm = Int16Array.from({ length: (bytes.length - 44) >> 1 }, (_, at) => bytes.readInt16LE(44 + 2 * at))
    return { samples: pcm16ToFloat(pcm), speaker: cells[columns.indexOf('voice')] ?? '' }
  })
}

async function simulated(count: number): Promise<readonly Voice[]> {
  const tasks = ['read-sentence', 'free-speech', 'nursery-rhyme'] as const
  const voices: Voice[] = []
  for (let seed = 0; seed < count; seed++) {
    const task = tasks[seed % tasks.length] ?? 'free-speech'
    const { samples } = await simulateSpeaker({ seed, condition: seed % 2 === 0 ? 'absent' : 'present', task })
    voices.push({ samples, speaker: String(seed) })
  }
  return voices
}

/** Two-second chords of three saw-toothed voices. */
function chords(samples: number): Float32Array {
  const roots = [261.6, 220, 174.6, 196]
  return Float32Array.from({ length: samples }, (_, at) => {
    const root = roots[Math.floor(at / 32_000) % roots.length] ?? 220
    return [1, 1.26, 1.5].reduce((sum, interval) => sum + 2 * (((at / 16_000) * root * interval) % 1) - 1, 0) / 10
  })
}

const rms = (samples: Float32Array): number =>
  Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length)

function mixed(voice: Float32Array, other: Float32Array, levelDb: number): Float32Array {
  const gain = (rms(voice) / rms(other)) * 10 ** (levelDb / 20)
  const sum = voice.map((sample, at) => sample + gain * (other[at % other.length] ?? 0))
  // No louder than full scale: clipping would be what is found.
  const peak = sum.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)
  return sum.map((sample) => (sample * 0.9) / Math.max(0.9, peak))
}

function judge(name: string, recordings: readonly Float32Array[], codes?: readonly string[]): void {
  const counts = new Map<string, number>()
  for (const samples of recordings)
    for (const { code } of measureQuality(samples, FACTS).findings) counts.set(code, (counts.get(code) ?? 0) + 1)
  const shown = codes ?? [...counts.keys()]
  const words = shown.map((code) => `${code} ${counts.get(code) ?? 0}`).join(', ')
  console.log(`${name}: of ${recordings.length}: ${words || 'no finding'}`)
}

const groups: [string, readonly Voice[]][] = [['simulated speakers', await simulated(40)]]
const folder = process.env['SPIRA_COHORT']
if (folder !== undefined) groups.push(['cohort', cohort(folder)])
for (const [name, voices] of groups) {
  judge(
    `${name}, one voice`,
    voices.map(({ samples }) => samples),
  )
  for (const level of LEVELS_DB) {
    const pairs = voices.map(({ samples, speaker }, at) => {
      const other = voices.find((each, index) => index > at && each.speaker !== speaker) ?? voices[0]
      return mixed(samples, other?.samples ?? samples, level)
    })
    judge(`${name}, a second voice at ${level} dB`, pairs, ['second-voice'])
    const withMusic = voices.map(({ samples }) => mixed(samples, chords(samples.length), level))
    judge(`${name}, music at ${level} dB`, withMusic, ['music'])
  }
}
