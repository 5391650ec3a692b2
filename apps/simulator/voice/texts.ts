import type { RandomStream } from './randomStream.ts'

/** What is spoken in a task, as syllables in the letters of phones.ts. Everybody says the same, so the words carry no class. */

/** Our own sentence: "A casa da vovó fica no alto do morro, e de manhã a gente toma café na varanda." */
const SENTENCE = 'a ka za da vo vO fi ka nu aw tu du mo hu i di ma NA a ZA ti to ma ka fE na va rA da'.split(' ')

/** The traditional rhyme "Batatinha quando nasce". */
const RHYME = 'ba ta ti Na kwA du na si is pa ha ma pe lu SAw me ni ni Na kwA du dOr mi pOy a mAw nu ko ra sAw'.split(
  ' ',
)

const FREE = [
  'ma',
  'ka',
  'sa',
  'li',
  'to',
  'pE',
  'du',
  'vi',
  'ZA',
  'no',
  'bo',
  'ra',
  'fe',
  'gu',
  'Si',
  'La',
  'es',
  'mi',
] as const

/** The syllables of a speaking task, without end: a text begins again when it is over. */
export function* syllablesOf(
  task: 'read-sentence' | 'nursery-rhyme' | 'spoken-consent' | 'free-speech',
  random: RandomStream,
): Generator<string, never> {
  for (;;) {
    if (task === 'read-sentence') yield* SENTENCE
    else if (task === 'nursery-rhyme') yield* RHYME
    else yield random.pick(FREE)
  }
}
