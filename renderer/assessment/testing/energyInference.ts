import type { ModelManifest } from '@spira/shared/model/manifest.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import { featureSpecHash, LOG_MEL_64 } from '@spira/shared/signal/featureSpec.ts'
import type { Inference } from '../inference.ts'

/** A model whose logit is the mean of a window's features plus 5: its result can be computed by hand. */
export async function createEnergyInference(
  change: Partial<Inference> = {},
): Promise<Inference & { readonly windowsScored: () => number }> {
  let scored = 0
  const manifest: ModelManifest = {
    schema: 1,
    modelId: newId(),
    version: 3,
    network: 'energy',
    features: LOG_MEL_64,
    featureSpecHash: await featureSpecHash(LOG_MEL_64),
    window: { seconds: 4, hopSeconds: 1 },
    input: { name: 'features', frames: 201, bins: 64 },
    output: { name: 'logit' },
    opset: 21,
    onnx: { sha256: 'a'.repeat(64), byteLength: 1 },
    golden: { sha256: 'b'.repeat(64), byteLength: 1 },
    temperature: 1,
    threshold: 0.5,
    uncertain: { from: 0.49, to: 0.51 },
    trainedOn: { datasetVersionId: null, datasetHash: 'c'.repeat(64), participants: 2, recordings: 2, simulated: true },
    training: { runId: newId(), seed: 1, configurationHash: 'd'.repeat(64), codeVersion: 'test', machine: 'test' },
    metrics: {},
    intendedUse: 'simulated-not-for-clinical-use',
    createdAt: '2026-01-01T00:00:00.000Z',
  }
  return {
    manifest,
    runtime: { provider: 'wasm', threads: 1 },
    async score(features, windows) {
      scored += windows
      const size = features.length / windows
      return Float32Array.from({ length: windows }, (_, at) => {
        const window = features.subarray(at * size, (at + 1) * size)
        return window.reduce((sum, value) => sum + value, 0) / size + 5
      })
    },
    windowsScored: () => scored,
    ...change,
  }
}
