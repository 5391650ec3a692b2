/** Where a network is computed. */
export type InferenceProvider = 'wasm' | 'webgpu'

/** Why the network runs where it runs; `faster` is the only one for which it runs on the graphics processor. */
export type ProviderReason =
  /** The browser gives no graphics adapter, or one that is computed by the processor itself. */
  | 'no-adapter'
  /** It could not load or score the network, or took too long. */
  | 'failed'
  /** Its logits are not those of WASM: onnxruntime-web 1.30.0 was measured to compute some convolutions wrongly. */
  | 'differs'
  | 'slower'
  | 'faster'

export interface ProviderTrial {
  readonly provider: InferenceProvider
  readonly reason: ProviderReason
  /** Largest absolute difference of the logits; null where there were none to compare. */
  readonly difference: number | null
  /** Milliseconds to score one window, the median of the runs; null where it came to no measurement. */
  readonly wasmMs: number | null
  readonly webgpuMs: number | null
}

type Score = (features: Float32Array, windows: number) => Promise<Float32Array>

/** As the bound on what the same file may differ between two runtimes. */
const LARGEST_DIFFERENCE = 1e-4
/** Changing over must be worth a second worker and its memory. */
const WORTH = 0.8
const RUNS = 5

const stay = (reason: ProviderReason, difference: number | null = null): ProviderTrial => ({
  provider: 'wasm',
  reason,
  difference,
  wasmMs: null,
  webgpuMs: null,
})

/**
 * Decides between WASM and WebGPU for one network on this machine: by the same windows on both, compared and timed. Promise 4: whatever
 * WebGPU does wrong, hangs or is slow at, WASM stays.
 *
 * @param wasm scores on WASM, which has passed its self-test.
 * @param webgpu loads the network on WebGPU; null where there is no adapter.
 * @param golden [windows][frames][bins].
 */
export async function tryProviders(
  wasm: Score,
  webgpu: (() => Promise<Score>) | null,
  golden: () => { readonly features: Float32Array; readonly windows: number },
  now: () => number = () => performance.now(),
): Promise<ProviderTrial> {
  if (webgpu === null) return stay('no-adapter')
  try {
    const { features, windows } = golden()
    const oneWindow = features.subarray(0, features.length / windows)
    const score = await webgpu()
    const [expected, got] = [await wasm(features, windows), await score(features, windows)]
    const difference = largestDifference(expected, got)
    // Not "difference > bound": that is false for NaN.
    if (!(difference <= LARGEST_DIFFERENCE)) return stay('differs', difference)
    const wasmMs = await medianMs(wasm, oneWindow, now)
    const webgpuMs = await medianMs(score, oneWindow, now)
    const faster = webgpuMs <= WORTH * wasmMs
    return { provider: faster ? 'webgpu' : 'wasm', reason: faster ? 'faster' : 'slower', difference, wasmMs, webgpuMs }
  } catch {
    return stay('failed')
  }
}

async function medianMs(score: Score, oneWindow: Float32Array, now: () => number): Promise<number> {
  const times: number[] = []
  for (let run = 0; run < RUNS; run++) {
    const start = now()
    await score(oneWindow, 1)
    times.push(now() - start)
  }
  return times.toSorted((a, b) => a - b)[RUNS >> 1] ?? Number.NaN
}

const largestDifference = (expected: Float32Array, got: Float32Array): number =>
  expected.reduce((most, value, at) => {
    const difference = Math.abs(value - (got[at] ?? Number.NaN))
    return Number.isNaN(difference) || Number.isNaN(most) ? Number.NaN : Math.max(most, difference)
  }, 0)
