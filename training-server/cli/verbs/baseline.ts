import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { bedsideFindings, tabularFindings } from '../../training/baselines/bedsideFindings.ts'
import { descriptors } from '../../training/baselines/descriptors.ts'
import { tabularBaseline } from '../../training/baselines/tabularBaseline.ts'
import { experimentSchema } from '../../training/experiment.ts'
import { evaluationLines } from '../evaluationLines.ts'
import { recordingOptions, RECORDINGS_HELP, recordingsOf } from '../recordings.ts'
import { UsageError, type Verb } from '../verb.ts'

const baseline: Verb = {
  summary: 'Fit a logistic regression on acoustic descriptors, or on vitals and symptoms: what a network has to beat',
  help: `spira baseline [EXPERIMENT.json] --csv FILE.csv|--dataset NAME [--on descriptors|vitals] [--json]

  EXPERIMENT.json  its split, operating point, probes and seed are taken, so that the same people are tested
  ${RECORDINGS_HELP}
  --on             descriptors: pauses, speech rate, voice (the default)
                   vitals: heart_rate_per_min, respiratory_rate_per_min and every column symptom_..., no sound; never the oxygen
                   saturation, of which the label is made
  --json           the weights and the whole evaluation`,

  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        ...recordingOptions,
        on: { type: 'string', default: 'descriptors' },
        json: { type: 'boolean', default: false },
      },
      allowPositionals: true,
    })
    const [experimentFile, ...more] = positionals
    if (more.length > 0) throw new UsageError('It takes one experiment file at most.')
    if (values.on !== 'descriptors' && values.on !== 'vitals')
      throw new UsageError(`--on is descriptors or vitals, not ${values.on}.`)
    const declared = experimentFile === undefined ? {} : (JSON.parse(await readFile(experimentFile, 'utf8')) as object)
    const { examples, judged } = await recordingsOf(values)
    const findings = bedsideFindings(examples)
    const looksAt = values.on === 'descriptors' ? descriptors : findings && tabularFindings(findings)
    if (looksAt === null) throw new Error('These recordings have no column of vitals or symptoms.')
    const { columns, model, evaluation } = await tabularBaseline(
      examples,
      judged(experimentSchema.parse(declared)),
      looksAt,
    )
    if (values.json) {
      console.log(JSON.stringify({ columns, model, evaluation }))
      return 0
    }
    console.log('column                    mean      deviation   weight (log odds a deviation)')
    for (const [at, name] of columns.entries()) {
      const [mean, deviation] = [model.means, model.deviations].map((list) => (list[at] ?? 0).toPrecision(3).padEnd(10))
      console.log(`${name.padEnd(24)}  ${mean}${deviation}  ${(model.weights[at] ?? 0).toFixed(2).padStart(6)}`)
    }
    console.log(`${'intercept'.padEnd(48)}${model.intercept.toFixed(2).padStart(6)}\n`)
    for (const line of evaluationLines(evaluation)) console.log(line)
    return 0
  },
}
export default baseline
