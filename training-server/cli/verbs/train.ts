import { copyFile, mkdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { newId } from '@spira/shared/protocol/ids.ts'
import { readEvaluation } from '../../evaluation/folds.ts'
import { writeRunReport } from '../../evaluation/report/writeRunReport.ts'
import { verdictOf } from '../../evaluation/withoutSound.ts'
import { epochsSchema, experimentSchema, seedSchema } from '../../training/experiment.ts'
import { trainModel } from '../../training/trainModel.ts'
import type { TrainingProgress } from '../../training/trainingRequest.ts'
import { recordingOptions, RECORDINGS_HELP, recordingsOf } from '../recordings.ts'
import { optionOf, UsageError, type Verb } from '../verb.ts'

const options = {
  ...recordingOptions,
  out: { type: 'string' },
  epochs: { type: 'string' },
  seed: { type: 'string' },
  simulated: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const

const train: Verb = {
  summary: 'Train a model on labelled recordings',
  help: `spira train [EXPERIMENT.json] --csv FILE.csv|--dataset NAME --out FOLDER [--epochs N] [--seed N] [--simulated] [--json]

  EXPERIMENT.json  what differs from the defaults of training-server/training/experiment.ts
  ${RECORDINGS_HELP}
  --out            where the model goes: model.onnx, golden.json, manifest.json, run.json, evaluation.json, training.log,
                   checkpoint.bin, and report.html: curves, probes, groups, mistakes, model card.
                   The same command with the same folder goes on where a stopped run was.
  --simulated      the recordings are simulated: the model says so with every score
  --json           one JSON object a line: the progress, then the manifest`,

  async run(args) {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
    const [experimentFile, ...more] = positionals
    if (values.out === undefined || more.length > 0) {
      throw new UsageError('It needs --out, and takes one experiment file at most.')
    }
    const asked = {
      ...(values.epochs === undefined ? {} : { epochs: optionOf('--epochs', epochsSchema, Number(values.epochs)) }),
      ...(values.seed === undefined ? {} : { seed: optionOf('--seed', seedSchema, Number(values.seed)) }),
    }
    const { dataset, examples, judged } = await recordingsOf(values, values.simulated)
    const declared = experimentFile === undefined ? {} : (JSON.parse(await readFile(experimentFile, 'utf8')) as object)
    const given = experimentSchema.parse({ ...declared, ...asked })
    const experiment = judged(given)
    const workFolder = resolve(values.out)
    await mkdir(workFolder, { recursive: true })
    if (experimentFile !== undefined) await copyFile(experimentFile, join(workFolder, 'experiment.json'))

    const stopping = new AbortController()
    const stop = () => stopping.abort()
    process.once('SIGINT', stop)
    try {
      const { manifest } = await trainModel(
        {
          runId: newId(),
          modelId: newId(),
          workFolder,
          dataset,
          examples,
          experiment,
        },
        {
          signal: stopping.signal,
          onProgress: values.json ? (progress) => console.log(JSON.stringify(progress)) : progressPrinter(),
        },
      )
      const report = await writeRunReport(workFolder)
      if (values.json) console.log(JSON.stringify({ manifest, report }))
      else {
        for (const [name, { value, low, high }] of Object.entries(manifest.metrics)) {
          console.log(`${name.padEnd(12)} ${value.toFixed(3)}  (95 % interval ${low.toFixed(3)} to ${high.toFixed(3)})`)
        }
        const { withoutSound } = (await readEvaluation(workFolder)) ?? {}
        if (withoutSound !== undefined) {
          const { columns, rocAuc, gained } = withoutSound
          console.log(
            `ROC-AUC of ${columns.join(', ')} alone ${rocAuc.value.toFixed(3)}; sound has ${gained.value.toFixed(3)} more (95 % interval ${gained.low.toFixed(3)} to ${gained.high.toFixed(3)}). ${verdictOf(withoutSound)}`,
          )
        }
        console.log(
          `threshold ${manifest.threshold.toFixed(3)}, temperature ${manifest.temperature.toFixed(3)}, ${manifest.intendedUse}`,
        )
        console.log(`${workFolder}/model.onnx  sha256 ${manifest.onnx.sha256}`)
        console.log(report)
      }
      return 0
    } finally {
      process.off('SIGINT', stop)
    }
  },
}
export default train

/** A line for each new stage and each epoch. */
function progressPrinter(): (progress: TrainingProgress) => void {
  let shown = ''
  return ({ stage, progress, epoch }) => {
    const percent = `${Math.round(100 * progress)} %`.padStart(5)
    if (epoch !== undefined) {
      console.log(
        `${percent}  epoch ${epoch.epoch}  train loss ${epoch.trainLoss.toFixed(4)}  validation loss ${epoch.validationLoss.toFixed(4)}`,
      )
    } else if (stage !== shown) console.log(`${percent}  ${stage}`)
    shown = stage
  }
}
