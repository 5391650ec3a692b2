import { parseArgs } from 'node:util'
import { describeSpeech } from '@spira/shared/signal/descriptors/speechDescriptors.ts'
import { readSpeech } from '../../training/speech.ts'
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
    const described = describeSpeech(await readSpeech(file))
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
