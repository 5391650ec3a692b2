import { parseArgs } from 'node:util'
import { loadModelFolder, type FolderManifest } from '../../training/modelFolder.ts'
import { readSpeech } from '../../training/speech.ts'
import { UsageError, type Verb } from '../verb.ts'

const USES = {
  'not-a-diagnosis': 'A triage aid, not a diagnosis: a clinician decides.',
  'simulated-not-for-clinical-use': 'Trained on simulated data: not for clinical use, not a diagnosis.',
} as const

const reading = (probability: number, { threshold, uncertain }: FolderManifest): string => {
  if (probability >= uncertain.from && probability <= uncertain.to)
    return 'uncertain: record again or decide clinically'
  return probability >= threshold ? 'above the threshold' : 'below the threshold'
}

const predict: Verb = {
  summary: 'Score a recording with a model',
  help: `spira predict MODEL_FOLDER FILE.wav [--json]

  MODEL_FOLDER   holds model.onnx and manifest.json, as "spira train --out" writes them
  FILE.wav       any sample rate; it is resampled to 16 kHz`,

  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { json: { type: 'boolean', default: false } },
      allowPositionals: true,
    })
    const [folder, file, ...more] = positionals
    if (folder === undefined || file === undefined || more.length > 0)
      throw new UsageError('It takes a model folder and a WAV file.')
    const model = await loadModelFolder(folder)
    const { manifest } = model
    const { probability, logits } = await model.score(await readSpeech(file))
    const result = {
      probability,
      threshold: manifest.threshold,
      reading: reading(probability, manifest),
      modelId: manifest.modelId,
      modelVersion: manifest.version ?? null,
      modelSha256: manifest.onnx.sha256,
      windowLogits: logits,
      intendedUse: manifest.intendedUse,
    }
    if (values.json) console.log(JSON.stringify(result))
    else {
      console.log(`probability  ${probability.toFixed(3)}  (${result.reading})`)
      console.log(
        `threshold    ${manifest.threshold.toFixed(3)}, uncertain from ${manifest.uncertain.from.toFixed(3)} to ${manifest.uncertain.to.toFixed(3)}`,
      )
      console.log(`windows      ${logits.length}`)
      console.log(`model        ${manifest.network}, version ${manifest.version ?? 'none yet'}, ${manifest.modelId}`)
      console.log(USES[manifest.intendedUse])
    }
    return 0
  },
}
export default predict
