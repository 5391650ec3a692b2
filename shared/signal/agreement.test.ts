import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { featureErrors } from './testing/featureAgreement.ts'

const errors = await featureErrors(async (name) => {
  const bytes = await readFile(new URL(`fixtures/${name}.f32`, import.meta.url))
  return new Float32Array(Uint8Array.from(bytes).buffer)
})

test('every feature and every rate is compared', () => {
  expect(errors).toHaveLength(7)
})

// The same comparison runs in Chromium: e2e/signal.spec.ts.
test.each(errors)('promise 4: features are those of torchaudio: $what', ({ error, bound }) => {
  expect(error).toBeLessThan(bound)
})
