import { access, copyFile, mkdir, readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { cohortTable, tableLines, type EvaluatedContender } from '../../evaluation/cohortTable/cohortTable.ts'
import { contenders, evaluateFolds, type Absent } from '../../evaluation/cohortTable/contenders.ts'
import { TABLE_EPOCHS, tableExperiments, type NoiseFolders } from '../../evaluation/cohortTable/experiments.ts'
import { writeFileAtomically } from '../../training/atomicFile.ts'
import { epochsSchema, seedSchema } from '../../training/experiment.ts'
import { readRecordingsCsv } from '../../training/recordingsCsv.ts'
import { optionOf, UsageError, type Verb } from '../verb.ts'

const cohortTableVerb: Verb = {
  summary: 'Compare every network and baseline, PyTorch among them, on people and voices held out',
  help: `spira cohort-table FOLDER --out FOLDER [--hold-out COLUMN] [--epochs N] [--seed N] [--only WORD] [--json]

  FOLDER      metadata.csv with file_path, class, participant and the column to hold out, and noise/ with WAV files of ward noise:
              every second file is for training, the others are for the probes
  --out       one folder a contender and fold. The same command goes on where a stopped one was: what is finished is not done again
  --hold-out  default voice: trained on three voices, tested on the fourth, all four
  --epochs    default ${TABLE_EPOCHS}, the same for every network
  --only      contenders whose name has this word

  It measures a pipeline on the cohort it is given. On a simulated cohort it says nothing about patients.`,

  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        out: { type: 'string' },
        'hold-out': { type: 'string', default: 'voice' },
        epochs: { type: 'string', default: String(TABLE_EPOCHS) },
        seed: { type: 'string', default: '1' },
        only: { type: 'string', default: '' },
        json: { type: 'boolean', default: false },
      },
      allowPositionals: true,
    })
    const [folder, ...more] = positionals
    if (folder === undefined || values.out === undefined || more.length > 0)
      throw new UsageError('It takes one folder and --out.')
    const seed = optionOf('--seed', seedSchema, Number(values.seed))
    const epochs = optionOf('--epochs', epochsSchema, Number(values.epochs))
    const out = resolve(values.out)
    await mkdir(out, { recursive: true })
    const cohort = await readRecordingsCsv(join(folder, 'metadata.csv'))
    const experiments = tableExperiments({
      noise: await noiseFolders(join(folder, 'noise'), out),
      epochs,
      seed,
      recordings: Math.round(cohort.examples.length * TRAINING_SHARE),
    })
    const rows: (EvaluatedContender | Absent)[] = []
    for (const contender of await contenders(cohort, experiments)) {
      if (!contender.name.includes(values.only)) continue
      if ('absent' in contender) {
        rows.push(contender)
        console.error(`${contender.name}: ${contender.absent}`)
        continue
      }
      const folds = await evaluateFolds(contender, cohort, {
        out,
        holdOut: values['hold-out'],
        onFold: (fold, { metrics }) =>
          console.error(`${contender.name}, without ${fold}: ROC-AUC ${metrics.rocAuc.value.toFixed(3)}`),
        onProgress: (fold, { epoch }) => {
          if (epoch === undefined) return
          console.error(
            `${contender.name}, without ${fold}: epoch ${epoch.epoch}, validation loss ${epoch.validationLoss.toFixed(4)}`,
          )
        },
      })
      rows.push({ name: contender.name, folds })
    }
    const table = cohortTable(rows, seed)
    await writeFileAtomically(join(out, 'table.json'), JSON.stringify({ experiments, ...table }, null, 2))
    if (values.json) console.log(JSON.stringify(table))
    else for (const line of tableLines(table)) console.log(line)
    return 0
  },
}
export default cohortTableVerb

/** Of four voices one is tested, and a fifth of the others validates. */
const TRAINING_SHARE = 0.75 * 0.8

/** @returns null where there is no noise. */
async function noiseFolders(from: string, out: string): Promise<NoiseFolders | null> {
  const there = await access(from).then(
    () => true,
    () => false,
  )
  if (!there) return null
  const names = (await readdir(from)).filter((name) => name.toLowerCase().endsWith('.wav')).sort()
  const folders = { training: join(out, 'noise-training'), probes: join(out, 'noise-probes') }
  await mkdir(folders.training, { recursive: true })
  await mkdir(folders.probes, { recursive: true })
  for (const [at, name] of names.entries())
    await copyFile(join(from, name), join(at % 2 === 0 ? folders.training : folders.probes, name))
  return folders
}
