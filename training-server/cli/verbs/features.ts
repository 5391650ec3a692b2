import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { featureSpecHash } from '@spira/shared/signal/featureSpec.ts'
import { experimentSchema } from '../../training/experiment.ts'
import { networkInput } from '../../training/networkInput.ts'
import { networkNamed } from '../../training/networks/networks.ts'
import { readSpeech } from '../../training/speech.ts'
import { WindowFeatures } from '../../training/windowFeatures.ts'
import { UsageError, type Verb } from '../verb.ts'

const features: Verb = {
  summary: 'Compute the features a network sees of a recording',
  help: `spira features FILE.wav [--network NAME|--experiment FILE.json] [--json]

  --network     whose features and windows; spira-conv-v2 where it is left out
  --experiment  as a run of this experiment computes them: its network, and the features and windows that it names instead
  --json        the specification and all values, [window][frame][bin]`,

  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        network: { type: 'string' },
        experiment: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
      allowPositionals: true,
    })
    const [file, ...more] = positionals
    if (file === undefined || more.length > 0) throw new UsageError('It takes one WAV file.')
    if (values.network !== undefined && values.experiment !== undefined)
      throw new UsageError('--experiment names its network itself.')
    const experiment = experimentSchema.parse(
      values.experiment === undefined
        ? { network: values.network }
        : JSON.parse(await readFile(values.experiment, 'utf8')),
    )
    const input = networkInput(networkNamed(experiment.network), experiment)
    const extractor = new WindowFeatures(input)
    const [frames, bins] = extractor.shape
    const windows = extractor.of(await readSpeech(file))
    const hash = await featureSpecHash(input.features)
    if (values.json) {
      const rows = (window: Float32Array) =>
        Array.from({ length: frames }, (_, frame) => [...window.subarray(frame * bins, (frame + 1) * bins)])
      console.log(
        JSON.stringify({
          features: input.features,
          featureSpecHash: hash,
          window: input.window,
          windows: windows.map(rows),
        }),
      )
    } else {
      console.log(
        `${input.features.kind}, ${frames} frames x ${bins} bins a window of ${input.window.seconds} s, specification ${hash}`,
      )
      for (const [at, window] of windows.entries()) {
        const mean = window.reduce((sum, value) => sum + value, 0) / window.length
        const [least, largest] = [window.reduce((a, b) => Math.min(a, b)), window.reduce((a, b) => Math.max(a, b))]
        console.log(`window ${at}: mean ${mean.toFixed(3)}, from ${least.toFixed(3)} to ${largest.toFixed(3)}`)
      }
    }
    return 0
  },
}
export default features
