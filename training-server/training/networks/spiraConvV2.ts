import { SPIRA_MFCC } from '@spira/shared/signal/featureSpec.ts'
import { convolution } from '../graph/convolution.ts'
import { dropout } from '../graph/dropout.ts'
import { flattenTimeFirst } from '../graph/flatten.ts'
import { groupNorm } from '../graph/groupNorm.ts'
import type { Layer } from '../graph/layer.ts'
import { linear } from '../graph/linear.ts'
import { mish } from '../graph/mish.ts'
import { mishMaxPool } from '../graph/mishMaxPool.ts'
import type { LayerStack } from '../graph/networkGraphs.ts'
import { oneChannelBlock } from '../graph/oneChannelBlock.ts'
import type { BuildOptions, Network } from './network.ts'

/** [output channels, kernel, dilation, groups, pooled], block after block. */
const BLOCKS = [
  { channels: 32, kernel: 7, dilation: 2, groups: 16, pooled: true },
  { channels: 16, kernel: 5, dilation: 2, groups: 8, pooled: true },
  { channels: 8, kernel: 3, dilation: 2, groups: 4, pooled: true },
  { channels: 4, kernel: 2, dilation: 1, groups: 2, pooled: false },
] as const

/**
 * SPIRA v1's network for `frames` x `bins` features: four blocks of convolution along time, then two linear layers. Names and
 * order of the parameters are those of its PyTorch Sequential, where a block counts four modules, so that weights can travel.
 */
export function spiraConvV2Layers({ frames, bins, dropout: drop, outputs }: BuildOptions): LayerStack {
  const blocks = BLOCKS.flatMap(({ channels, kernel, dilation, groups, pooled }, index): Layer[] => {
    const [name, norm] = [`conv.${4 * index}`, `conv.${4 * index + 1}`]
    if (index === 0) return [oneChannelBlock({ convolution: name, norm, channels, kernel, groups, dropout: drop })]
    return [
      convolution({ name, channels, kernel, dilation }),
      groupNorm({ name: norm, groups }),
      pooled ? mishMaxPool(`conv.${4 * index + 3}`) : mish(),
      dropout(drop),
    ]
  })
  return {
    input: [frames, bins],
    layers: [
      ...blocks,
      flattenTimeFirst('flatten'),
      linear({ name: 'fc1', outputs: 100 }),
      mish(),
      dropout(drop),
      linear({ name: 'fc2', outputs }),
    ],
  }
}

/** The baseline: the network of SPIRA v1, on 40 MFCC of 4 s windows every second. */
export const spiraConvV2: Network = {
  name: 'spira-conv-v2',
  features: SPIRA_MFCC,
  window: { seconds: 4, hopSeconds: 1 },
  build: spiraConvV2Layers,
}
