import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { BASELINE_DESCRIPTORS, descriptorBaseline } from '../../training/baselines/descriptorBaseline.ts'
import { experimentSchema } from '../../training/experiment.ts'
import { readRecordingsCsv } from '../../training/recordingsCsv.ts'
import { UsageError, type Verb } from '../verb.ts'

const baseline: Verb = {
  summary: 'Fit a logistic regression on acoustic descriptors: what a network has to beat',
  help: `spira baseline [EXPERIMENT.json] --csv FILE.csv [--json]

  EXPERIMENT.json  its split, operating point and seed are taken, so that the same people are tested
  --csv            columns file_path and class (0 or 1), and where known participant and site
  --json           the weights and the whole evaluation`,

  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { csv: { type: 'string' }, json: { type: 'boolean', default: false } },
      allowPositionals: true,
    })
    const [experimentFile, ...more] = positionals
    if (values.csv === undefined || more.length > 0)
      throw new UsageError('It needs --csv, and takes one experiment file at most.')
    const declared = experimentFile === undefined ? {} : (JSON.parse(await readFile(experimentFile, 'utf8')) as object)
    const { examples } = await readRecordingsCsv(values.csv)
    const { model, evaluation } = await descriptorBaseline(examples, experimentSchema.parse(declared))
    if (values.json) {
      console.log(JSON.stringify({ descriptors: BASELINE_DESCRIPTORS, model, evaluation }))
      return 0
    }
    console.log('descriptor            mean      deviation   weight (log odds a deviation)')
    for (const [at, name] of BASELINE_DESCRIPTORS.entries()) {
      const [mean, deviation] = [model.means, model.deviations].map((list) => (list[at] ?? 0).toPrecision(3).padEnd(10))
      console.log(`${name.padEnd(20)}  ${mean}${deviation}  ${(model.weights[at] ?? 0).toFixed(2).padStart(6)}`)
    }
    console.log(`${'intercept'.padEnd(44)}${model.intercept.toFixed(2).padStart(6)}\n`)
    for (const [name, { value, low, high }] of Object.entries(evaluation.metrics)) {
      console.log(`${name.padEnd(12)} ${value.toFixed(3)}  (95 % interval ${low.toFixed(3)} to ${high.toFixed(3)})`)
    }
    return 0
  },
}
export default baseline
