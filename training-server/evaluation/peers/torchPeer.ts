import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { recordingProbability } from '@spira/shared/model/calibration.ts'
import type { ScoredRecording } from '../../training/calibration.ts'
import { learningRateAt, type Experiment } from '../../training/experiment.ts'
import { networkInput } from '../../training/networkInput.ts'
import { networkNamed } from '../../training/networks/networks.ts'
import { splitByParticipant } from '../../training/split.ts'
import { asScored, storeRecording, windowsOf, type StoredRecording } from '../../training/storedRecordings.ts'
import type { TrainingExample } from '../../training/trainingRequest.ts'
import { trainingVersions, type VersionsOf } from '../../training/trainingVersions.ts'
import { WindowFeatures } from '../../training/windowFeatures.ts'
import { WindowStore } from '../../training/windowStore.ts'
import { heldOutEvaluation, readingOf } from '../heldOutEvaluation.ts'
import type { ModelEvaluation } from '../modelEvaluation.ts'
import { probeRecordings, withProbabilities } from '../probes/conditions.ts'

/** Debian's python3-torch installs for the system's Python alone. */
const PYTHON = process.env['SPIRA_PEER_PYTHON'] ?? '/usr/bin/python3'

const resultSchema = z.object({ version: z.string(), logits: z.array(z.number()) })

/** @returns null where there is none. */
export async function torchVersion(): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)(PYTHON, ['-c', 'import torch; print(torch.__version__)'])
    return stdout.trim()
  } catch {
    return null
  }
}

/**
 * SpiraConvV2 trained by PyTorch, in a process of its own, on the very windows (cut, augmented, computed by us), people and learning rates
 * that our engine gets of the same experiment, and evaluated by the same code. Initial weights, order and dropout are its own.
 *
 * @throws SpiraError dataset_too_small; Error naming the log when the process fails.
 */
export async function torchSpiraConv(
  examples: readonly TrainingExample[],
  experiment: Experiment,
  workFolder: string,
): Promise<ModelEvaluation> {
  await mkdir(workFolder, { recursive: true })
  const parts = splitByParticipant(examples, experiment.split)
  const input = networkInput(networkNamed('spira-conv-v2'), experiment)
  const features = new WindowFeatures(input)
  const [frames, bins] = features.shape
  const storePath = join(workFolder, 'windows.f32')
  const store = new WindowStore(storePath, frames * bins)
  const storeAll = async (part: readonly TrainingExample[], versionsOf: VersionsOf) => {
    const stored: StoredRecording[] = []
    for (const example of part)
      stored.push(await storeRecording(example, { store, features, versions: versionsOf(example.recordingId) }))
    return stored
  }
  const train = windowsOf(await storeAll(parts.train, await trainingVersions(experiment, features)))
  const validation = await storeAll(parts.validation, () => asScored(features))
  // Nothing is scored yet: what a model would be asked is filed, and its place stands where the probability will.
  const asked: (readonly number[])[] = []
  const filed = await probeRecordings(
    parts.test,
    (samples) => Promise.resolve(asked.push(features.of(samples).map((window) => store.append(window))) - 1),
    { seed: experiment.seed, ...experiment.evaluation },
  )
  store.close()

  const steps = experiment.epochs * Math.ceil(train.length / experiment.batchSize)
  const toScore = [...validation.flatMap(({ versions }) => versions[0] ?? []), ...asked.flat()]
  const request = {
    shape: [frames, bins],
    seed: experiment.seed,
    threads: experiment.threads,
    dropout: experiment.dropout,
    epochs: experiment.epochs,
    patience: experiment.patience,
    batchSize: experiment.batchSize,
    weightDecay: experiment.optimiser.weightDecay,
    learningRates: Array.from({ length: steps }, (_, at) => learningRateAt(experiment, at + 1)),
    train,
    validation: windowsOf(validation).map(({ versions: [index], label }) => ({ index, label })),
    score: toScore,
  }
  await writeFile(join(workFolder, 'request.json'), JSON.stringify(request))
  await runPython(workFolder)
  const { logits } = resultSchema.parse(JSON.parse(await readFile(join(workFolder, 'logits.json'), 'utf8')))
  await rm(storePath)

  const logitOf = new Map(toScore.map((index, at) => [index, logits[at] ?? Number.NaN]))
  const logitsAt = (windows: readonly number[]) => windows.map((index) => logitOf.get(index) ?? Number.NaN)
  const onValidation = validation.map(({ participantId, label, versions }): ScoredRecording => {
    return { participantId, label, logits: logitsAt(versions[0] ?? []) }
  })
  const reading = readingOf(onValidation, experiment)
  const probed = filed.map((recording) =>
    withProbabilities(recording, (place) => recordingProbability(logitsAt(asked[place] ?? []), reading)),
  )
  return heldOutEvaluation(probed, reading, experiment)
}

async function runPython(workFolder: string): Promise<void> {
  const logPath = join(workFolder, 'torch.log')
  const log = await open(logPath, 'w')
  try {
    const script = join(import.meta.dirname, 'torchSpiraConv.py')
    const child = spawn(PYTHON, [script, workFolder], { stdio: ['ignore', log.fd, log.fd] })
    const [code] = (await once(child, 'close')) as [number | null]
    if (code !== 0) throw new Error(`PyTorch ended with code ${code ?? 'none'}. Its log is ${logPath}.`)
  } finally {
    await log.close()
  }
}
