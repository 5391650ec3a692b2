import { parseArgs } from 'node:util'
import { modelEvaluation } from '../../evaluation/modelEvaluation.ts'
import { probeRecordings } from '../../evaluation/probes/conditions.ts'
import { loadModelFolder } from '../../training/modelFolder.ts'
import { readRecordingsCsv } from '../../training/recordingsCsv.ts'
import { UsageError, type Verb } from '../verb.ts'

const evaluate: Verb = {
  summary: 'Evaluate a model on a CSV of labelled recordings',
  help: `spira evaluate MODEL_FOLDER --csv FILE.csv [--noise FOLDER] [--json]

  --noise   WAV files of ward noise for the shortcut probes; without it, the quiet of the other class's recordings

  Figures over participants, each with a bootstrap 95 % interval, at the model's own threshold, and the
  shortcut probes. They mean something only for
  participants that the model has not learned from: run.json beside the model names those it has.`,

  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { csv: { type: 'string' }, noise: { type: 'string' }, json: { type: 'boolean', default: false } },
      allowPositionals: true,
    })
    const [folder, ...more] = positionals
    if (folder === undefined || values.csv === undefined || more.length > 0) {
      throw new UsageError('It takes a model folder and --csv.')
    }
    const model = await loadModelFolder(folder)
    const { examples, contentHash } = await readRecordingsCsv(values.csv)
    const { manifest } = model
    const probed = await probeRecordings(examples, async (samples) => (await model.score(samples)).probability, {
      seed: manifest.training.seed,
      snrDb: 10,
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
    if (values.json) console.log(JSON.stringify({ modelId: manifest.modelId, dataset: contentHash, ...evaluation }))
    else {
      const { present, absent } = evaluation.participants
      console.log(
        `${examples.length} recordings of ${present + absent} participants, ${present} of class 1; threshold ${manifest.threshold.toFixed(3)}`,
      )
      for (const [name, { value, low, high }] of Object.entries(evaluation.metrics)) {
        console.log(`${name.padEnd(16)} ${value.toFixed(3)}  (95 % interval ${low.toFixed(3)} to ${high.toFixed(3)})`)
      }
      for (const { name, outcome, finding } of evaluation.probes) {
        console.log(`${name.padEnd(18)} ${outcome.padEnd(12)} ${finding}`)
      }
    }
    return 0
  },
}
export default evaluate
