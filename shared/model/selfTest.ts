import { fromBase64 } from '../protocol/bytes.ts'
import { featureSpecHash } from '../signal/featureSpec.ts'
import { createFeatureExtractor } from '../signal/features.ts'
import { pcm16ToFloat } from '../signal/wav.ts'
import { cutWindow, windowSamples, windowStarts } from '../signal/windows.ts'
import type { Golden, ModelManifest } from './manifest.ts'

/**
 * Runs the network on this machine.
 *
 * @param features row-major [windows][frames][bins].
 * @returns one logit a window.
 */
export type Score = (features: Float32Array, windows: number) => Promise<Float32Array>

/** What of a manifest the self-test needs. */
export type TestedModel = Pick<ModelManifest, 'features' | 'featureSpecHash' | 'window' | 'input' | 'output'>

export interface SelfTestResult {
  readonly passed: boolean
  /** Largest absolute differences from the golden vectors; NaN when a value is no number, Infinity when a count differs. */
  readonly maxFeatureError: number
  readonly maxLogitError: number
  /** Why it failed, for a log; null when it passed. */
  readonly problem: string | null
}

/**
 * Promise 4: the golden sound must give on this machine the features and the logits that the training side computed for it.
 * Covers what differs between machines: arithmetic, feature code, runtime, network file.
 *
 * @throws whatever `score` throws.
 */
export async function runSelfTest(manifest: TestedModel, golden: Golden, score: Score): Promise<SelfTestResult> {
  if ((await featureSpecHash(manifest.features)) !== manifest.featureSpecHash) {
    return failed('the feature specification is not the one the manifest names')
  }
  const { length, features } = goldenFeatures(manifest, golden)
  if (features === null) return failed(`windows are not ${manifest.input.frames} x ${manifest.input.bins} features`)
  const windowLength = manifest.input.frames * manifest.input.bins
  const maxFeatureError = largestDifference(features.subarray(0, windowLength), float32(golden.features))
  // A copy: an inference worker takes what it is given.
  const maxLogitError = largestDifference(await score(features.slice(), length), golden.logits)
  const problems = [
    ...exceeds('features', maxFeatureError, golden.tolerance.features),
    ...exceeds('logits', maxLogitError, golden.tolerance.logits),
  ]
  return { passed: problems.length === 0, maxFeatureError, maxLogitError, problem: problems.join('; ') || null }
}

/** Features of every window of the golden sound, null when they have not the form that the network takes. */
function goldenFeatures(manifest: TestedModel, golden: Golden): { length: number; features: Float32Array | null } {
  const { frames, bins } = manifest.input
  const samples = pcm16ToFloat(int16(golden.pcm16))
  const { length } = windowSamples(manifest.window)
  const extractor = createFeatureExtractor(manifest.features)
  if (extractor.bins !== bins || extractor.frameCount(length) !== frames) return { length: 0, features: null }
  const starts = windowStarts(samples.length, manifest.window)
  const features = new Float32Array(starts.length * frames * bins)
  for (const [at, start] of starts.entries()) {
    features.set(extractor.extract(cutWindow(samples, start, length)), at * frames * bins)
  }
  return { length: starts.length, features }
}

/**
 * The features of the golden sound, [windows][frames][bins]: what a network is tried with.
 * @throws RangeError when the feature specification does not give what the network takes.
 */
export function goldenWindows(manifest: ModelManifest, golden: Golden): { features: Float32Array; windows: number } {
  const { length, features } = goldenFeatures(manifest, golden)
  if (features === null) throw new RangeError('The features have not the form that the network takes.')
  return { features, windows: length }
}

function largestDifference(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (got.length !== expected.length) return Number.POSITIVE_INFINITY
  let largest = 0
  for (let at = 0; at < got.length; at++) {
    const difference = Math.abs((got[at] ?? Number.NaN) - (expected[at] ?? Number.NaN))
    if (Number.isNaN(difference)) return Number.NaN
    largest = Math.max(largest, difference)
  }
  return largest
}

// Not "error > tolerance": that is false for NaN.
const exceeds = (what: string, error: number, tolerance: number): string[] =>
  error <= tolerance ? [] : [`${what} differ by ${error}, ${tolerance} is allowed`]

const failed = (problem: string): SelfTestResult => ({
  passed: false,
  maxFeatureError: Number.POSITIVE_INFINITY,
  maxLogitError: Number.POSITIVE_INFINITY,
  problem,
})

function int16(base64: string): Int16Array {
  const view = new DataView(fromBase64(base64).buffer)
  return Int16Array.from({ length: Math.floor(view.byteLength / 2) }, (_, at) => view.getInt16(at * 2, true))
}

function float32(base64: string): Float32Array {
  const view = new DataView(fromBase64(base64).buffer)
  return Float32Array.from({ length: Math.floor(view.byteLength / 4) }, (_, at) => view.getFloat32(at * 4, true))
}
