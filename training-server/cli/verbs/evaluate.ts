import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { modelEvaluation } from '../../evaluation/modelEvaluation.ts'
import { probeRecordings } from '../../evaluation/probes/conditions.ts'
import { strangersTo } from '../../evaluation/strangers.ts'
import { loadModelFolder } from '../../training/modelFolder.ts'
import type { RunRecord } from '../../training/publishModel.ts'
import type { TrainingExample } from '../../training/trainingRequest.ts'
import { evaluationLines } from '../evaluationLines.ts'
import { recordingOptions, RECORDINGS_HELP, recordingsOf } from '../recordings.ts'
import { UsageError, type Verb } from '../verb.ts'

const evaluate: Verb = {
  summary: 'Evaluate a model on labelled recordings of people it has not learned from',
  help: `spira evaluate MODEL_FOLDER --csv FILE.csv|--dataset NAME [--noise FOLDER] [--snr DB] [--including-trained] [--json]

  ${RECORDINGS_HELP}
  --noise          WAV files of ward noise for the shortcut probes; without it, the quiet of the other class's recordings
  --snr            of speech above that noise, in dB; 10 where it is left out
  --including-trained
                   the people that the model was trained or tuned on, too. They are left out otherwise, by run.json beside the
                   model: figures of people whom a model knows say nothing

  Figures over participants, each with a 95 % interval, at the model's own threshold; confusion, shortcut probes, groups, mistakes.`,

  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        ...recordingOptions,
        noise: { type: 'string' },
        snr: { type: 'string', default: '10' },
        'including-trained': { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
      allowPositionals: true,
    })
    const [folder, ...more] = positionals
    if (folder === undefined || more.length > 0) throw new UsageError('It takes one model folder.')
    const snrDb = Number(values.snr)
    if (!Number.isFinite(snrDb)) throw new UsageError(`--snr is a number of dB, not ${values.snr}.`)
    const { examples: given, dataset } = await recordingsOf(values)
    const model = await loadModelFolder(folder)
    const examples = values['including-trained'] ? given : await strangers(folder, given)
    const { manifest } = model
    const probed = await probeRecordings(examples, async (samples) => (await model.score(samples)).probability, {
      seed: manifest.training.seed,
      snrDb,
      wardNoiseFolder: values.noise ?? null,
    })
    const evaluation = modelEvaluation(probed, {
      threshold: manifest.threshold,
      operatingPoint: null,
      uncertain: manifest.uncertain,
      seed: manifest.training.seed,
      heldOutColumn: null,
      labelsPermuted: false,
    })
    if (values.json)
      console.log(JSON.stringify({ modelId: manifest.modelId, dataset: dataset.contentHash, ...evaluation }))
    else {
      const { present, absent } = evaluation.participants
      console.log(
        `${examples.length} recordings of ${present + absent} participants, ${present} of class 1; threshold ${manifest.threshold.toFixed(3)}`,
      )
      for (const line of evaluationLines(evaluation)) console.log(line)
    }
    return 0
  },
}
export default evaluate

/** Those of people whom the model does not know. How many it knows goes to the error output. */
async function strangers(folder: string, examples: readonly TrainingExample[]): Promise<readonly TrainingExample[]> {
  const path = join(folder, 'run.json')
  const json = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (json === null) {
    console.error(`warning: ${path} is not there: whom the model has learned from is not known.`)
    return examples
  }
  const { strangers: unknown, known } = strangersTo(JSON.parse(json) as RunRecord, examples)
  if (known > 0) console.error(`${known} participants are left out: the model was trained or tuned on them.`)
  if (new Set(unknown.map(({ label }) => label)).size < 2)
    throw new Error(
      `Without them no participants of both classes are left to evaluate on. Take other recordings, or --including-trained for figures that say nothing about strangers.`,
    )
  return unknown
}
