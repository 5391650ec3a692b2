import type { FeatureSpec } from '@spira/shared/signal/featureSpec.ts'
import type { LayerStack } from '../graph/networkGraphs.ts'

/** Everything that makes a network: adding one is one new file and one line in networks.ts. */
export interface Network {
  /** As the experiment file and the model manifest name it. */
  readonly name: string
  readonly features: FeatureSpec
  /** Windows of this length, started this far apart; the features of each are computed on its own. */
  readonly window: { readonly seconds: number; readonly hopSeconds: number }
  build(options: BuildOptions): LayerStack
}

export interface BuildOptions {
  /** Share of the values dropped in training, where the network has dropout. */
  readonly dropout: number
  /** Frames and bins of a window: the network's own (networkInput.ts), unless the experiment names other features or windows. */
  readonly frames: number
  readonly bins: number
  /** Logits that the experiment's loss takes: one, or one of each class. */
  readonly outputs: 1 | 2
}
