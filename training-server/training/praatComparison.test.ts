import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { perturbedVoice } from '@spira/shared/signal/descriptors/testing/perturbedVoice.ts'
import { encodeWav, floatToPcm16 } from '@spira/shared/signal/wav.ts'
import { compareWithPraat, hasPraat, PRAAT_BOUNDS, relativeDifference, VOICE_MEASURES } from './praatComparison.ts'

test.skipIf(!(await hasPraat()))('the Praat of this machine measures what we measure', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'spira-voice-'))
  try {
    const path = join(folder, 'rough.wav')
    const voice = perturbedVoice({ jitter: 0.015, shimmer: 0.2, noise: 0.002 })
    await writeFile(path, encodeWav(floatToPcm16(voice), 16_000))
    const compared = await compareWithPraat(path)
    for (const measure of VOICE_MEASURES)
      expect(Math.abs(relativeDifference(compared, measure)), measure).toBeLessThan(PRAAT_BOUNDS[measure])
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('a voice that only one of both found is infinitely far', () => {
  const none = { f0MeanHz: null, jitterLocal: null, shimmerLocal: null, hnrDb: null }
  const some = { f0MeanHz: 100, jitterLocal: 0.01, shimmerLocal: 0.1, hnrDb: 20 }
  expect(relativeDifference({ path: '', ours: none, praat: none }, 'f0MeanHz')).toBe(0)
  expect(relativeDifference({ path: '', ours: some, praat: none }, 'f0MeanHz')).toBe(Infinity)
  expect(relativeDifference({ path: '', ours: { ...some, hnrDb: 21 }, praat: some }, 'hnrDb')).toBeCloseTo(0.05)
})
