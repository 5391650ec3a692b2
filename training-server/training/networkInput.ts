import { createFeatureExtractor } from '@spira/shared/signal/features.ts'
import type { FeatureSpec } from '@spira/shared/signal/featureSpec.ts'
import { windowSamples } from '@spira/shared/signal/windows.ts'
import type { Experiment } from './experiment.ts'
import { outputCount, type LayerStack } from './graph/networkGraphs.ts'
import type { Network } from './networks/network.ts'

/** What a run feeds its network, and the network built for it. */
export interface NetworkInput {
  readonly features: FeatureSpec
  readonly window: Network['window']
  readonly stack: LayerStack
}

/**
 * The network's own features and windows, each unless the experiment names another.
 *
 * @throws RangeError where the network does not give as many numbers as the experiment's loss takes.
 */
export function networkInput(
  network: Network,
  { features: named, windows, dropout, loss }: Pick<Experiment, 'features' | 'windows' | 'dropout' | 'loss'>,
): NetworkInput {
  const features = named ?? network.features
  const window = {
    seconds: windows.seconds ?? network.window.seconds,
    hopSeconds: windows.hopSeconds ?? network.window.hopSeconds,
  }
  const [frames, bins] = inputShape({ features, window })
  const outputs = loss === 'softmax-cross-entropy' ? 2 : 1
  const stack = network.build({ dropout, frames, bins, outputs })
  if (outputCount(stack) !== outputs)
    throw new RangeError(
      `Loss "${loss}" takes ${outputs} logits; network "${network.name}" gives ${outputCount(stack)}.`,
    )
  return { features, window, stack }
}

/** [frames, bins] of one window. */
export function inputShape({ features, window }: Pick<NetworkInput, 'features' | 'window'>): readonly [number, number] {
  const extractor = createFeatureExtractor(features)
  return [extractor.frameCount(windowSamples(window).length), extractor.bins]
}
