import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { newId } from '@spira/shared/protocol/ids.ts'
import type { Estimate } from '../../evaluation/bootstrap.ts'
import { crossValidated, type CrossValidated, type FoldResult } from '../../evaluation/crossValidation.ts'
import { metricNames } from '../../evaluation/metrics.ts'
import { foldFolder, foldsOf, readEvaluation } from '../../evaluation/folds.ts'
import { HOLDOUT } from '../../jobs/stages/handlers/folds.ts'
import { writeFileAtomically } from '../../training/atomicFile.ts'
import { epochsSchema, experimentSchema, seedSchema } from '../../training/experiment.ts'
import { trainModel } from '../../training/trainModel.ts'
import type { TrainingProgress } from '../../training/trainingRequest.ts'
import { recordingOptions, RECORDINGS_HELP, recordingsOf } from '../recordings.ts'
import { optionOf, UsageError, type Verb } from '../verb.ts'

const options = {
  ...recordingOptions,
  out: { type: 'string' },
  folds: { type: 'string' },
  epochs: { type: 'string' },
  seed: { type: 'string' },
  simulated: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const

const crossvalidate: Verb = {
  summary: 'Train and test on every part of a dataset once: k folds, or each site, voice, device held out',
  help: `spira crossvalidate [EXPERIMENT.json] --csv FILE.csv|--dataset NAME --out FOLDER --folds N|COLUMN [--epochs N] [--seed N] [--simulated] [--json]

  ${RECORDINGS_HELP};
                   its holdout is left alone here
  --folds   a number: so many parts, by participant, with equally many of each class
            a column of the CSV (site, voice, ...): each of its values held out once
  --out     one folder a fold, as "spira train" leaves it, and crossvalidation.json.
            The same command goes on where a stopped one was: what is finished is not done again.

  Prints every figure as its mean over the folds, clean, with ward noise in one class alone, and of what is
  left without the speech. Ward noise comes from evaluation.wardNoiseFolder of the experiment.`,

  async run(args) {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
    const [experimentFile, ...more] = positionals
    if (values.out === undefined || values.folds === undefined || more.length > 0) {
      throw new UsageError('It needs --out and --folds, and takes one experiment file at most.')
    }
    const { dataset, examples: everybody } = await recordingsOf(values, values.simulated)
    const { contentHash } = dataset
    const examples = everybody.filter(({ groups }) => groups?.[HOLDOUT.column] !== HOLDOUT.value)
    const declared = experimentFile === undefined ? {} : (JSON.parse(await readFile(experimentFile, 'utf8')) as object)
    const experiment = experimentSchema.parse({
      ...declared,
      ...(values.epochs === undefined ? {} : { epochs: optionOf('--epochs', epochsSchema, Number(values.epochs)) }),
      ...(values.seed === undefined ? {} : { seed: optionOf('--seed', seedSchema, Number(values.seed)) }),
    })
    const say = (line: string, json: object) => console.log(values.json ? JSON.stringify(json) : line)

    const folds: FoldResult[] = []
    const by = /^\d+$/.test(values.folds) ? Number(values.folds) : values.folds
    for (const fold of foldsOf(examples, experiment, by)) {
      const { name } = fold
      const workFolder = await foldFolder(values.out, fold, { contentHash })
      const done = await readEvaluation(workFolder)
      if (done === null) {
        await mkdir(workFolder, { recursive: true })
        await trainModel(
          {
            runId: newId(),
            modelId: newId(),
            workFolder,
            dataset,
            examples,
            experiment: fold.experiment,
          },
          {
            signal: new AbortController().signal,
            onProgress: (progress) => {
              if (values.json) console.log(JSON.stringify({ fold: name, ...progress }))
              else if (progress.epoch !== undefined) console.log(epochLine(name, progress.epoch))
            },
          },
        )
      }
      const evaluation = done ?? (await readEvaluation(workFolder))
      if (evaluation === null) throw new Error(`${workFolder} holds no evaluation.json though its run succeeded.`)
      say(`${name}: ROC-AUC ${figure(evaluation.metrics.rocAuc)}`, {
        fold: name,
        resumed: done !== null,
        metrics: evaluation.metrics,
      })
      folds.push({ name, evaluation })
    }
    const result = crossValidated(folds, experiment.seed)
    await writeFileAtomically(
      join(values.out, 'crossvalidation.json'),
      JSON.stringify({ experiment, ...result }, null, 2),
    )
    if (values.json) console.log(JSON.stringify(result))
    else for (const line of tableLines(result)) console.log(line)
    return 0
  },
}
export default crossvalidate

const epochLine = (
  fold: string,
  { epoch, trainLoss, validationLoss }: NonNullable<TrainingProgress['epoch']>,
): string => `${fold}  epoch ${epoch}  train loss ${trainLoss.toFixed(4)}  validation loss ${validationLoss.toFixed(4)}`

const figure = ({ value, low, high }: Estimate): string =>
  `${value.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`

/** Of the figures, those that stand in the first table, beside each fold's ROC-AUC. */
const FIRST = ['rocAuc', 'sensitivity', 'specificity'] as const
const others = metricNames.filter((name) => !FIRST.some((first) => first === name))

/** Two tables as Markdown, so that they can be pasted where results are kept. */
export function tableLines({ participants, table }: CrossValidated): string[] {
  const names = Object.keys(table[0]?.folds ?? {})
  return [
    `${participants} participants; means over the folds, with 95 % intervals over participants`,
    `| tested on | ROC-AUC | sensitivity | specificity | ${names.join(' | ')} |`,
    `|---|---|---|---|${names.map(() => '---|').join('')}`,
    ...table.map(
      (row) =>
        `| ${row.condition} | ${figure(row.rocAuc)} | ${figure(row.sensitivity)} | ${figure(row.specificity)} | ${names
          .map((name) => row.folds[name]?.toFixed(3) ?? '')
          .join(' | ')} |`,
    ),
    '',
    `| tested on | ${others.join(' | ')} |`,
    `|---|${others.map(() => '---|').join('')}`,
    ...table.map((row) => `| ${row.condition} | ${others.map((name) => figure(row[name])).join(' | ')} |`),
  ]
}
