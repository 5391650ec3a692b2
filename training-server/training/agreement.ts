import { readFile, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import type { FeatureSpec } from '@spira/shared/signal/featureSpec.ts'
import { createFeatureExtractor } from '@spira/shared/signal/features.ts'
import { noam } from './experiment.ts'
import { GradientEngine } from './gradientEngine.ts'
import { forwardGraph, parametersOf, type LayerStack } from './graph/networkGraphs.ts'
import { spiraConvV2Layers } from './networks/spiraConvV2.ts'
import { freshState, Optimiser } from './optimiser.ts'
import { Scorer } from './scorer.ts'
import { readSpeech } from './speech.ts'

/** One comparison with a reference; or a word why it could not be made. */
export type Comparison =
  | {
      readonly what: string
      readonly absolute: number
      readonly relative: number
      /** Which of the two the bound is for. */
      readonly judged: 'absolute' | 'relative'
      readonly bound: number
    }
  | { readonly what: string; readonly skipped: string }
  /** A whole part of which nothing was compared: it has not been shown to agree. */
  | { readonly what: Part; readonly missing: string }

export const parts = ['features', 'resampling', 'network'] as const
type Part = (typeof parts)[number]

/** Errors past which our numbers are not PyTorch's and torchaudio's; float32's own are 10 to 1000 times smaller. */
const BOUNDS = {
  mfcc: 2e-3,
  /** Of the clip's largest value: mel and spectrogram. */
  power: 1e-6,
  /** -60 dB. */
  resampled: 1e-3,
  logits: 1e-5,
  gradients: 2e-5,
  losses: 1e-4,
  weights: 1e-4,
} as const

const manifestSchema = z.object({
  files: z.array(z.object({ file: z.string(), shape: z.array(z.int().positive()) })),
  features: z
    .object({
      sample_rate: z.literal(16_000),
      mfcc: z.object({
        n_mfcc: z.int(),
        n_mels: z.int(),
        n_fft: z.int(),
        win_length: z.int(),
        hop_length: z.int(),
        top_db: z.number(),
      }),
      mel64: z.object({ n_mels: z.int(), n_fft: z.int(), win_length: z.int(), hop_length: z.int() }),
    })
    .optional(),
  net: z
    .object({ parameters: z.array(z.object({ name: z.string(), shape: z.array(z.int()) })), optimizer: z.string() })
    .optional(),
})
type Manifest = z.infer<typeof manifestSchema>

interface Reference {
  readonly folder: string
  readonly manifest: Manifest
  /** The file whose name begins so, with its shape. */
  read(prefix: string): Promise<{ values: Float32Array; shape: readonly number[] }>
}

export const agrees = (row: Comparison): boolean =>
  !('missing' in row) && ('skipped' in row || row[row.judged] <= row.bound)

/**
 * Compares features, resampling, network, gradients and training steps with the numbers in `folder`, which is laid out like the
 * project's reference: manifest.json names files of little-endian float32, their shapes and the parameters they were made with.
 */
export async function compareWithReference(folder: string): Promise<Comparison[]> {
  const manifest = manifestSchema.parse(JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')))
  const reference: Reference = {
    folder: resolve(folder),
    manifest,
    async read(prefix) {
      const entry = manifest.files.find(({ file }) => file.startsWith(prefix))
      if (entry === undefined) throw new Error(`${folder}/manifest.json names no file ${prefix}*.`)
      const bytes = Uint8Array.from(await readFile(join(folder, entry.file)))
      return { values: new Float32Array(bytes.buffer), shape: entry.shape }
    },
  }
  const rows = { ...(await compareSignals(reference)), network: await compareNetwork(reference) }
  return parts.flatMap((part): Comparison[] => {
    if (rows[part].some((row) => !('skipped' in row))) return rows[part]
    return [...rows[part], { what: part, missing: `${folder} holds nothing to compare ${part} with` }]
  })
}

async function compareSignals(reference: Reference): Promise<Record<'features' | 'resampling', Comparison[]>> {
  const { features, files } = reference.manifest
  if (features === undefined) return { features: [], resampling: [] }
  const specs = featureSpecs(features)
  const rows: Comparison[] = []
  const resampling: Comparison[] = []
  for (const name of files.flatMap(({ file }) => /^(.+)\.16k\.f32$/.exec(file)?.[1] ?? [])) {
    const { values: samples } = await reference.read(`${name}.16k.`)
    resampling.push(await compareResampling(reference, name, samples))
    for (const [kind, spec] of Object.entries(specs)) {
      const { values, shape } = await reference.read(`${name}.${kind}.`)
      const [bins = 0, frames = 0] = shape
      const extractor = createFeatureExtractor(spec)
      const ours = extractor.extract(samples)
      const transposed = Float32Array.from(
        values,
        (_, at) => ours[(at % frames) * extractor.bins + Math.floor(at / frames)] ?? Number.NaN,
      )
      const what = `${name} ${kind} [${bins}, ${frames}]`
      const error = differences(transposed, values)
      rows.push(
        kind === 'mfcc'
          ? { what, ...error, judged: 'absolute', bound: BOUNDS.mfcc }
          : { what, ...error, judged: 'relative', bound: BOUNDS.power },
      )
    }
  }
  return { features: rows, resampling }
}

const framesOf = (given: { n_fft: number; win_length: number; hop_length: number }) =>
  ({
    sampleRateHz: 16_000,
    nFft: given.n_fft,
    winLength: given.win_length,
    hopLength: given.hop_length,
    padding: 'reflect',
  }) as const

const melOf = (nMels: number) => ({ nMels, fMinHz: 0, fMaxHz: 8000, melScale: 'htk', melNorm: 'none' }) as const

/** The specifications, in our words, of the files NAME.mfcc, NAME.mel40, NAME.mel64 and NAME.spectrogram. */
export function featureSpecs({ mfcc, mel64 }: NonNullable<Manifest['features']>): Record<string, FeatureSpec> {
  return {
    mfcc: { kind: 'mfcc', ...framesOf(mfcc), ...melOf(mfcc.n_mels), nMfcc: mfcc.n_mfcc, topDb: mfcc.top_db },
    mel40: { kind: 'mel', ...framesOf(mfcc), ...melOf(mfcc.n_mels) },
    mel64: { kind: 'mel', ...framesOf(mel64), ...melOf(mel64.n_mels) },
    spectrogram: { kind: 'spectrogram', ...framesOf(mfcc) },
  }
}

/** The recordings themselves lie beside the reference, where they are at hand. */
async function compareResampling({ folder }: Reference, name: string, expected: Float32Array): Promise<Comparison> {
  const source = join(dirname(folder), 'audio', `${name}.wav`)
  const what = `${name} resampled [${expected.length}]`
  if (!(await stat(source).catch(() => null))) return { what, skipped: `${source} is not there` }
  const ours = await readSpeech(source)
  if (ours.length !== expected.length)
    return { what, absolute: Infinity, relative: Infinity, judged: 'relative', bound: BOUNDS.resampled }
  return {
    what,
    absolute: differences(ours, expected).absolute,
    relative: relativeL2(ours, expected),
    judged: 'relative',
    bound: BOUNDS.resampled,
  }
}

const compared = (what: string, got: Float32Array, want: Float32Array) => ({ what, ...differences(got, want) })

async function compareNetwork(reference: Reference): Promise<Comparison[]> {
  const { net } = reference.manifest
  if (net === undefined) return []
  const input = await reference.read('net.input.')
  const [batch = 0, frames = 0, bins = 0] = input.shape
  const stack = spiraConvV2Layers({ frames, bins, dropout: 0, outputs: 1 })
  const ours = parametersOf(stack).map(({ name, shape }) => `${name} [${shape}]`)
  const theirs = net.parameters.map(({ name, shape }) => `${name} [${shape}]`)
  if (ours.join() !== theirs.join())
    throw new Error(`Our parameters are ${ours.join(', ')}; the reference has ${theirs.join(', ')}.`)

  const { values: weights } = await reference.read('net.weights.')
  const { values: logits } = await reference.read('net.logits.')
  const { values: gradients } = await reference.read('net.gradients.')
  const { values: losses } = await reference.read('net.losses')
  const { values: weightsAfter } = await reference.read('net.weights_after')
  const scorer = await Scorer.create(forwardGraph(stack, weights), { shape: stack.input, threads: 1 })
  const ourLogits = Float32Array.from(await scorer.logits(input.values, batch))
  const { values: labels } = await reference.read('net.labels.')
  const trained = await trainSteps(
    stack,
    { batch, weights, labels, features: input.values },
    net.optimizer,
    losses.length,
  )

  return [
    { ...compared(`logits [${batch}]`, ourLogits, logits), judged: 'absolute', bound: BOUNDS.logits },
    {
      ...compared(`gradients [${gradients.length}]`, trained.firstGradients, gradients),
      relative: relativeL2(trained.firstGradients, gradients),
      judged: 'relative',
      bound: BOUNDS.gradients,
    },
    {
      ...compared(`losses of ${losses.length} Adam+Noam steps`, trained.losses, losses),
      judged: 'absolute',
      bound: BOUNDS.losses,
    },
    {
      ...compared(`weights after them [${weights.length}]`, trained.weights, weightsAfter),
      relative: relativeL2(trained.weights, weightsAfter),
      judged: 'relative',
      bound: BOUNDS.weights,
    },
  ]
}

/** Adam with Noam, through the very engine that trains. The manifest states the optimiser's numbers in a sentence. */
async function trainSteps(
  stack: LayerStack,
  data: { batch: number; weights: Float32Array; labels: Float32Array; features: Float32Array },
  sentence: string,
  steps: number,
) {
  const stated = (pattern: RegExp) => {
    const value = Number(pattern.exec(sentence)?.[1])
    if (Number.isNaN(value)) throw new Error(`The manifest's optimizer does not say ${pattern}: ${sentence}`)
    return value
  }
  const [learningRate, weightDecay, warmUp] = [
    stated(/\blr ([\d.e-]+)/),
    stated(/weight_decay ([\d.e-]+)/),
    stated(/\bw=(\d+)/),
  ]
  const optimiser = await Optimiser.create(freshState(data.weights), { kind: 'adam', weightDecay, threads: 1 })
  const engine = await GradientEngine.create(stack, optimiser.state.parameters, { microBatch: data.batch, threads: 1 })
  const { features, labels } = data
  const microBatches = [{ features, labels, sampleWeights: new Float32Array(data.batch).fill(1 / data.batch) }]
  const losses = new Float32Array(steps)
  let firstGradients = new Float32Array(0)
  for (let step = 1; step <= steps; step += 1) {
    const { loss, gradients } = await engine.compute(microBatches, () => {})
    if (step === 1) firstGradients = gradients.slice()
    losses[step - 1] = loss
    await optimiser.step(gradients, noam(learningRate, warmUp, step), step)
  }
  return { losses, firstGradients, weights: optimiser.state.parameters }
}

/** Largest difference, and that as a share of the reference's largest value. A value that is missing or no number is infinitely wrong. */
function differences(ours: Float32Array, reference: Float32Array): { absolute: number; relative: number } {
  let absolute = 0
  let largest = 0
  for (const [at, value] of reference.entries()) {
    const difference = Math.abs((ours[at] ?? Number.NaN) - value)
    absolute = Math.max(absolute, Number.isNaN(difference) ? Infinity : difference)
    largest = Math.max(largest, Math.abs(value))
  }
  return { absolute, relative: absolute / largest }
}

/** Length of the difference, as a share of the reference's length. */
function relativeL2(ours: Float32Array, reference: Float32Array): number {
  let error = 0
  let length = 0
  for (const [at, value] of reference.entries()) {
    error += ((ours[at] ?? Number.NaN) - value) ** 2
    length += value ** 2
  }
  const relative = Math.sqrt(error / length)
  return Number.isNaN(relative) ? Infinity : relative
}
