import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { goldenSchema } from '@spira/shared/model/manifest.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import { writeRunReport } from '../../evaluation/report/writeRunReport.ts'
import { registerImported } from '../../jobs/importedRun.ts'
import { experimentSchema } from '../../training/experiment.ts'
import { authorManifestSchema } from '../../training/imported/authorManifest.ts'
import { importModel } from '../../training/imported/importModel.ts'
import type { TrainedModel } from '../../training/trainingRequest.ts'
import { recordingsOf } from '../recordings.ts'
import { withServerContext } from '../serverContext.ts'
import { UsageError, type Verb } from '../verb.ts'

const json = async (path: string): Promise<unknown> => JSON.parse(await readFile(path, 'utf8'))

const options = {
  manifest: { type: 'string' },
  golden: { type: 'string' },
  experiment: { type: 'string' },
  csv: { type: 'string' },
  out: { type: 'string' },
  simulated: { type: 'boolean', default: false },
  dataset: { type: 'string' },
  data: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

const verb: Verb = {
  summary: 'Take in an ONNX model trained elsewhere: check it, run it as the bedside would, evaluate it as ours',
  help: `spira import-model MODEL.onnx --manifest FILE.json [--golden FILE.json] [--experiment FILE.json] [--json]
                   --csv FILE.csv --out FOLDER [--simulated]    evaluate it on a list of recordings, into a folder as "spira train" leaves
                   --dataset NAME [--data DIR]                  evaluate it on a dataset version of the server, and register it as a candidate

  --manifest    what its author says: network, features, window, names of input and output, trainedOn with the participantIds it has learned
                from (training-server/training/imported/authorManifest.ts)
  --golden      a golden.json with features and logits as the author's own program computes them: proves that ours are the same
  --experiment  its split, operating point, probes and seed are taken

  Nothing is kept of a model that is refused; each reason says what to do.`,

  async run(args) {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
    const [file, ...more] = positionals
    const { manifest, golden, csv, out, dataset } = values
    if (file === undefined || manifest === undefined || more.length > 0)
      throw new UsageError('It takes one ONNX file and --manifest.')
    if ((dataset === undefined) === (csv === undefined || out === undefined))
      throw new UsageError('It needs --csv and --out, or --dataset.')
    const given = {
      onnx: Uint8Array.from(await readFile(file)),
      author: authorManifestSchema.parse(await json(manifest)),
      golden: golden === undefined ? null : goldenSchema.parse(await json(golden)),
      experiment: experimentSchema.parse(values.experiment === undefined ? {} : await json(values.experiment)),
    }
    if (dataset !== undefined) {
      await withServerContext(values.data, async (context) => {
        const { modelId, version } = await registerImported(context, { ...given, datasetName: dataset })
        console.log(values.json ? JSON.stringify({ modelId, version }) : `candidate version ${version}, ${modelId}`)
      })
    } else if (csv !== undefined && out !== undefined) {
      const recordings = await recordingsOf({ csv }, values.simulated)
      const workFolder = resolve(out)
      const model = await importModel({
        ...given,
        runId: newId(),
        modelId: newId(),
        workFolder,
        dataset: recordings.dataset,
        examples: recordings.examples,
      })
      await writeRunReport(workFolder)
      if (values.json) console.log(JSON.stringify({ manifest: model.manifest }))
      else print(model, workFolder)
    }
    return 0
  },
}
export default verb

function print({ manifest }: TrainedModel, folder: string): void {
  for (const [name, { value, low, high }] of Object.entries(manifest.metrics))
    console.log(`${name.padEnd(18)} ${value.toFixed(3)}  (95 % interval ${low.toFixed(3)} to ${high.toFixed(3)})`)
  console.log(`threshold ${manifest.threshold.toFixed(3)}, opset ${manifest.opset}, ${manifest.intendedUse}`)
  console.log(`${folder}: model.onnx, manifest.json, golden.json, evaluation.json, run.json, report.html`)
}
