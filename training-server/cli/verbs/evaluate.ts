import { parseArgs } from 'node:util'
import { evaluateScores } from '../../evaluation/evaluateScores.ts'
import { participantScores, type ParticipantScore } from '../../evaluation/participantScores.ts'
import { loadModelFolder } from '../../training/modelFolder.ts'
import { readRecordingsCsv } from '../../training/recordingsCsv.ts'
import { readSpeech } from '../../training/speech.ts'
import { UsageError, type Verb } from '../verb.ts'

const evaluate: Verb = {
  summary: 'Evaluate a model on a CSV of labelled recordings',
  help: `spira evaluate MODEL_FOLDER --csv FILE.csv [--json]

  Figures over participants, each with a bootstrap 95 % interval, at the model's own threshold. They mean something only for
  participants that the model has not learned from: run.json beside the model names those it has.`,

  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { csv: { type: 'string' }, json: { type: 'boolean', default: false } },
      allowPositionals: true,
    })
    const [folder, ...more] = positionals
    if (folder === undefined || values.csv === undefined || more.length > 0) {
      throw new UsageError('It takes a model folder and --csv.')
    }
    const model = await loadModelFolder(folder)
    const { examples, contentHash } = await readRecordingsCsv(values.csv)
    const recordings: ParticipantScore[] = []
    for (const { wavPath, participantId, label } of examples) {
      const { probability } = await model.score(await readSpeech(wavPath))
      recordings.push({ participantId, label, probability })
    }
    const { threshold, modelId, training } = model.manifest
    const evaluation = evaluateScores(participantScores(recordings), { threshold, seed: training.seed })
    if (values.json) console.log(JSON.stringify({ modelId, dataset: contentHash, ...evaluation }))
    else {
      const { present, absent } = evaluation.participants
      console.log(
        `${examples.length} recordings of ${present + absent} participants, ${present} of class 1; threshold ${threshold.toFixed(3)}`,
      )
      for (const [name, { value, low, high }] of Object.entries(evaluation.metrics)) {
        console.log(`${name.padEnd(12)} ${value.toFixed(3)}  (95 % interval ${low.toFixed(3)} to ${high.toFixed(3)})`)
      }
    }
    return 0
  },
}
export default evaluate
