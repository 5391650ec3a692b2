import type { FeatureSpec } from '@spira/shared/signal/featureSpec.ts'
import type { LayerStack } from '../graph/networkGraphs.ts'

/** Everything that makes a network: adding one is one new file and one line in networks.ts. */
export interface Network {
  /** As the experiment file and the model manifest name it. */
  readonly name: string
  readonly features: FeatureSpec
  /** Windows of this length, started this far apart; the features of each are computed on its own. */
  readonly window: { readonly seconds: number; readonly hopSeconds: number }
  /** @param dropout share of the values dropped in training, where the network has dropout. */
  build(options: { readonly dropout: number }): LayerStack
}
