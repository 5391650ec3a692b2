import { createFeatureExtractor, type FeatureExtractor } from '@spira/shared/signal/features.ts'
import { cutWindow, windowSamples, windowStarts } from '@spira/shared/signal/windows.ts'
import type { Network } from './networks/network.ts'
import { RandomStream } from './randomStream.ts'

/** Features of a recording as its network takes them: each window's computed on its own. */
export class WindowFeatures {
  readonly #extractor: FeatureExtractor
  readonly #window: Network['window']
  readonly #samples: number
  /** [frames, bins] of one window. */
  readonly shape: readonly [number, number]

  constructor(network: Pick<Network, 'features' | 'window'>) {
    this.#extractor = createFeatureExtractor(network.features)
    this.#window = network.window
    this.#samples = windowSamples(network.window).length
    this.shape = [this.#extractor.frameCount(this.#samples), this.#extractor.bins]
  }

  /** @param samples 16 kHz mono. @returns for each window, float32 [frames, bins]. */
  of(samples: Float32Array): Float32Array[] {
    return windowStarts(samples.length, this.#window).map((start) =>
      this.#extractor.extract(cutWindow(samples, start, this.#samples)),
    )
  }

  /** As many windows, each at a place of its own, every place as likely; one that fills a short recording begins at 0. */
  atRandom(
    samples: Float32Array,
    count: number,
    { seed, purpose }: { readonly seed: number; readonly purpose: string },
  ): Float32Array[] {
    const random = new RandomStream(seed, purpose)
    const places = Math.max(0, samples.length - this.#samples) + 1
    return Array.from({ length: count }, () =>
      this.#extractor.extract(cutWindow(samples, random.index(places), this.#samples)),
    )
  }
}
