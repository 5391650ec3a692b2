import { LOG_MEL_64 } from '@spira/shared/signal/featureSpec.ts'
import { addChannel } from '../graph/addChannel.ts'
import { attentionPool } from '../graph/attentionPool.ts'
import { averagePool } from '../graph/averagePool.ts'
import { convolution2d } from '../graph/convolution2d.ts'
import { depthwiseConvolution } from '../graph/depthwiseConvolution.ts'
import { dropout } from '../graph/dropout.ts'
import { groupNorm } from '../graph/groupNorm.ts'
import type { Pair } from '../graph/kernelGeometry.ts'
import type { Layer } from '../graph/layer.ts'
import type { LayerStack } from '../graph/networkGraphs.ts'
import { pointwiseConvolution } from '../graph/pointwiseConvolution.ts'
import { silu } from '../graph/silu.ts'
import { standardise } from '../graph/standardise.ts'
import type { BuildOptions, Network } from './network.ts'

/** Channels are multiples of 4, which is what WebGPU's vectors and the processors' registers hold at once. */
const STEM = { channels: 16, kernel: [5, 5], stride: [2, 2] } as const satisfies Block
const BLOCKS = [
  { channels: 32, kernel: [3, 3], stride: [1, 2] },
  { channels: 64, kernel: [5, 3], stride: [2, 2] },
  { channels: 96, kernel: [5, 3], stride: [1, 2] },
  { channels: 128, kernel: [5, 3], stride: [2, 1] },
] as const satisfies readonly Block[]
/** Channels that are normalised together. */
const GROUP = 8

interface Block {
  readonly channels: number
  readonly kernel: Pair
  readonly stride: Pair
}

/** Normalises `channels` channels. */
export type Normalise = (name: string, channels: number) => Layer

const byGroups: Normalise = (name, channels) => groupNorm({ name, groups: channels / GROUP })

/**
 * Log-mel spectrogram to one score: the window normalised as a whole, so that neither gain nor microphone level count, then
 * depthwise-separable convolutions along time and bands, the mean over what is left of the bands, and attention over time.
 * No layer's weights know the length: built for other `frames` the same weights score windows of that length. A run's ONNX file is of one length,
 * the run's window; a recording of any length is the mean over its windows.
 */
export function compactLayers(
  { frames, bins, dropout: drop, outputs }: BuildOptions,
  normalise: Normalise = byGroups,
): LayerStack {
  const normalised = (name: string, channels: number): Layer[] => [normalise(`${name}.norm`, channels), silu()]
  const blocks = BLOCKS.flatMap(({ channels, kernel, stride }, index): Layer[] => {
    const name = `block${index + 1}`
    return [
      depthwiseConvolution({ name: `${name}.depthwise`, kernel, stride }),
      pointwiseConvolution({ name: `${name}.pointwise`, channels }),
      ...normalised(name, channels),
    ]
  })
  const bandsLeft = BLOCKS.reduce((left, { stride }) => Math.ceil(left / stride[1]), Math.ceil(bins / STEM.stride[1]))
  return {
    input: [frames, bins],
    layers: [
      standardise(),
      addChannel(),
      convolution2d({ name: 'stem.convolution', ...STEM }),
      ...normalised('stem', STEM.channels),
      ...blocks,
      averagePool({ name: 'bands', window: [1, bandsLeft] }),
      dropout(drop),
      attentionPool({ name: 'attention', outputs }),
    ],
  }
}

/** 201 frames of 64 log-mel bands: 4 s windows every second, as the baseline's, so that scores can be compared window by window. */
export const compact: Network = {
  name: 'compact',
  features: LOG_MEL_64,
  window: { seconds: 4, hopSeconds: 1 },
  build: (options) => compactLayers(options),
}
