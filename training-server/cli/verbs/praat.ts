import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import {
  compareWithPraat,
  hasPraat,
  PRAAT_BOUNDS,
  relativeDifference,
  VOICE_MEASURES,
  type VoiceComparison,
  type VoiceMeasure,
} from '../../training/praatComparison.ts'
import { UsageError, type Verb } from '../verb.ts'

const number = (value: number | null): string => (value === null ? '-' : String(Number(value.toPrecision(4))))
const percent = (share: number): string => `${(100 * share).toFixed(2)} %`
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

const praat: Verb = {
  summary: 'Compare f0, jitter, shimmer and HNR with Praat on recordings',
  help: `spira praat FILE.wav|FOLDER ... [--json]

  Measures each recording by our code and by Praat (Debian: apt-get install praat), and prints both where they differ by more than
  1 % in f0 or 5 % in the others, and a summary. Exit code 1 when one of them is past its bound in a recording.`,

  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { json: { type: 'boolean', default: false } },
      allowPositionals: true,
    })
    if (positionals.length === 0) throw new UsageError('It takes WAV files or folders of them.')
    if (!(await hasPraat())) {
      console.error('skipped: Praat is not installed (Debian: apt-get install praat)')
      return 0
    }
    const compared: VoiceComparison[] = []
    for (const path of (await Promise.all(positionals.map(wavFiles))).flat())
      compared.push(await compareWithPraat(path))
    if (values.json) console.log(JSON.stringify(compared))
    else print(compared)
    return compared.some((each) => VOICE_MEASURES.some((measure) => beyond(each, measure))) ? 1 : 0
  },
}
export default praat

async function wavFiles(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path]
  const names = (await readdir(path)).filter((name) => name.endsWith('.wav')).toSorted()
  return names.map((name) => join(path, name))
}

const beyond = (each: VoiceComparison, measure: VoiceMeasure): boolean =>
  Math.abs(relativeDifference(each, measure)) > PRAAT_BOUNDS[measure]

function print(compared: readonly VoiceComparison[]): void {
  console.log('recording             measure        ours       Praat      difference')
  for (const each of compared) {
    for (const measure of VOICE_MEASURES.filter((name) => compared.length <= 8 || beyond(each, name))) {
      const [ours, theirs] = [number(each.ours[measure]), number(each.praat[measure])]
      const difference = percent(relativeDifference(each, measure))
      const mark = beyond(each, measure) ? '  past the bound' : ''
      console.log(
        `${basename(each.path).padEnd(21)} ${measure.padEnd(14)} ${ours.padEnd(10)} ${theirs.padEnd(10)} ${difference}${mark}`,
      )
    }
  }
  console.log(`\n${compared.length} recordings   median difference   largest   within the bound`)
  for (const measure of VOICE_MEASURES) {
    const differences = compared.map((each) => Math.abs(relativeDifference(each, measure)))
    const within = compared.filter((each) => !beyond(each, measure)).length
    console.log(
      `${measure.padEnd(15)} ${percent(median(differences)).padEnd(19)} ${percent(Math.max(...differences)).padEnd(9)} ${within} of ${compared.length} (${percent(PRAAT_BOUNDS[measure])})`,
    )
  }
}
