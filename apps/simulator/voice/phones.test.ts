import { expect, test } from 'vitest'
import { phonesOf } from './phones.ts'
import { RandomStream } from './randomStream.ts'
import { syllablesOf } from './texts.ts'

test('every text is made of phones that exist', () => {
  for (const task of ['read-sentence', 'nursery-rhyme', 'spoken-consent', 'free-speech'] as const) {
    const syllables = syllablesOf(task, new RandomStream(task))
    for (let i = 0; i < 200; i++) expect(phonesOf(syllables.next().value).length).toBeGreaterThan(0)
  }
})

test('a letter without a phone is named', () => {
  expect(() => phonesOf('bax')).toThrow('"x" in the syllable "bax"')
})
