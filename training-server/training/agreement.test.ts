import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createFeatureExtractor } from '@spira/shared/signal/features.ts'
import { agrees, compareWithReference, featureSpecs } from './agreement.ts'
import { RandomStream } from './randomStream.ts'

/** Numbers of PyTorch on a short, narrow input; make.py beside them made them. */
const torch = join(import.meta.dirname, 'fixtures/torch')

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spira-agree-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('agreement with PyTorch', () => {
  test('logits, gradients, five Adam+Noam steps and the weights after them', async () => {
    const rows = (await compareWithReference(torch)).filter((row) => !('missing' in row))
    expect(rows.map(({ what }) => what)).toEqual([
      'logits [6]',
      'gradients [8413]',
      'losses of 5 Adam+Noam steps',
      'weights after them [8413]',
    ])
    for (const row of rows) expect(row).toSatisfy(agrees)
  })

  test.each([
    ['net.logits.f32', 'logits'],
    ['net.gradients.f32', 'gradients'],
    ['net.weights_after_5.f32', 'weights after them'],
  ])('a wrong number in %s is seen', async (file, what) => {
    const copy = join(folder, file)
    await cp(torch, copy, { recursive: true })
    const bytes = await readFile(join(copy, file))
    bytes.writeFloatLE(bytes.readFloatLE(0) + 0.1, 0)
    await writeFile(join(copy, file), bytes)
    const disagreeing = (await compareWithReference(copy)).filter((row) => !agrees(row) && !('missing' in row))
    expect(disagreeing.map((row) => row.what.startsWith(what))).toEqual([true])
  })

  test('a reference without features and recordings has not been agreed with', async () => {
    const missing = (await compareWithReference(torch)).filter((row) => !agrees(row))
    expect(missing.map(({ what }) => what)).toEqual(['features', 'resampling'])
  })
})

test('a wrong number of a clip’s mfcc is seen, and of nothing else', async () => {
  const clip = join(folder, 'clip')
  await mkdir(clip)
  const samples = new RandomStream(1, 'clip').uniform(3200, -0.5, 0.5)
  const [mfcc, mel64] = [
    { n_mfcc: 20, n_mels: 40, n_fft: 800, win_length: 400, hop_length: 160, top_db: 80 },
    { n_mels: 64, n_fft: 1024, win_length: 1024, hop_length: 320 },
  ]
  const specs = featureSpecs({ sample_rate: 16_000, mfcc, mel64 })
  const files = [{ file: 'clip.16k.f32', shape: [samples.length] }]
  await writeFile(join(clip, 'clip.16k.f32'), new Uint8Array(samples.buffer))
  for (const [kind, spec] of Object.entries(specs)) {
    const extractor = createFeatureExtractor(spec)
    const ours = extractor.extract(samples)
    const { bins } = extractor
    const frames = ours.length / bins
    const file = `clip.${kind}.f32`
    const byBin = Float32Array.from(ours, (_, at) => ours[(at % frames) * bins + Math.floor(at / frames)] ?? 0)
    // One value in the midst of the coefficients, past the bound of 2e-3 by half.
    if (kind === 'mfcc') byBin[3 * frames + 5] = (byBin[3 * frames + 5] ?? 0) + 3e-3
    await writeFile(join(clip, file), new Uint8Array(byBin.buffer))
    files.push({ file, shape: [bins, frames] })
  }
  await writeFile(
    join(clip, 'manifest.json'),
    JSON.stringify({ files, features: { sample_rate: 16_000, mfcc, mel64 } }),
  )
  const rows = (await compareWithReference(clip)).filter((row) => 'bound' in row)
  expect(rows).toHaveLength(4)
  expect(rows.filter((row) => !agrees(row)).map(({ what }) => what)).toEqual([expect.stringMatching(/^clip mfcc /)])
})
