import { canonicalize } from '@tufjs/canonical-json'
import { expect, test } from 'vitest'
import fc from 'fast-check'
import { canonicalJson, type Json } from '../protocol/canonicalJson.ts'
import { olpcJson } from './olpcJson.ts'

const integers = fc.integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER })
const json = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    integers,
    fc.string({ unit: 'binary' }),
    fc.array(tie('value')),
    fc.dictionary(fc.string({ unit: 'binary' }), tie('value'), { noNullPrototype: true }),
  ),
})).value

test('is what @tufjs/canonical-json writes', () => {
  fc.assert(
    fc.property(json, (value) => {
      expect(olpcJson(value)).toBe(canonicalize(value))
    }),
    { numRuns: 300, seed: 1 },
  )
})

test('differs from the protocol’s canonical JSON where a string holds a control character', () => {
  expect(olpcJson({ b: 'two\nlines', a: '"\\' })).toBe('{"a":"\\"\\\\","b":"two\nlines"}')
  expect(canonicalJson({ b: 'two\nlines', a: '"\\' })).toBe('{"a":"\\"\\\\","b":"two\\nlines"}')
})

test('refuses a fraction', () => {
  expect(() => olpcJson({ a: 0.5 })).toThrow(RangeError)
})
