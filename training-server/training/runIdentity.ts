import { sha256Hex, utf8 } from '@spira/shared/protocol/bytes.ts'
import { canonicalJson, type Json } from '@spira/shared/protocol/canonicalJson.ts'
import { noiseFilesOf } from './augmentation/wardNoise.ts'
import { configurationHash, type Experiment } from './experiment.ts'
import { gradientGraph, parametersOf } from './graph/networkGraphs.ts'
import { networkInput, type NetworkInput } from './networkInput.ts'
import { networkNamed } from './networks/networks.ts'
import type { TrainingRequest } from './trainingRequest.ts'

/**
 * SHA-256 of what a network computes and how it learns: features, windows, first weights, the graph forward and backward, dropout. A network's
 * file that was edited is another network, though its name stayed.
 */
export async function networkHash({ features, window, stack }: NetworkInput): Promise<string> {
  const { onnx, kernel, drawn } = gradientGraph(stack, 1)
  const parameters = parametersOf(stack).map(({ name, shape, initial }) => ({ name, shape, initial }))
  const seen = {
    features: { ...features },
    window,
    drawn: drawn.map((numbers) => ({ ...numbers })),
    parameters,
    ...(kernel === null ? {} : { kernel: kernel.source() }),
    ...(stack.microBatch === undefined ? {} : { microBatch: stack.microBatch }),
  }
  return sha256Hex(utf8(canonicalJson({ ...(seen satisfies Json), graph: await sha256Hex(onnx) })))
}

/** All that an experiment means: itself, the network that its name stands for today, and the ward noise that lies in its folders. */
export const experimentIdentity = async (experiment: Experiment): Promise<string> =>
  canonicalJson([
    await configurationHash(experiment),
    await networkHash(networkInput(networkNamed(experiment.network), experiment)),
    { ...(await noiseFilesOf(experiment)) },
  ])

/** What a checkpoint belongs to: data, labels, configuration and network, whatever the run is called and wherever the files lie. */
export async function requestHash({ dataset, examples }: TrainingRequest, experiment: Experiment): Promise<string> {
  const labels = examples.map(({ recordingId, participantId, label, groups = {} }) =>
    canonicalJson([recordingId, participantId, label, groups]),
  )
  const identity = await experimentIdentity(experiment)
  return sha256Hex(utf8(canonicalJson({ dataset: dataset.contentHash, identity, labels: labels.sort() })))
}
