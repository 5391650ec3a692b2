import type { SpeechDescriptors } from '@spira/shared/signal/descriptors/speechDescriptors.ts'
import type { Participant, Task } from '@spira/shared/protocol/records.ts'

/** What is usual in healthy adults, where somebody measured it. Null at an end that is open. */
export interface UsualRange {
  readonly from: number | null
  readonly to: number | null
  /** Where it is said. */
  readonly source: string
}

export interface DescriptorRow {
  readonly id:
    | 'pausesPerMinute'
    | 'pausesInSentence'
    | 'pauseMean'
    | 'pauseShare'
    | 'articulationRate'
    | 'f0Mean'
    | 'jitter'
    | 'shimmer'
    | 'hnr'
  readonly value: number | null
  readonly unit: '' | '/min' | 's' | '%' | '/s' | 'Hz' | 'dB'
  readonly digits: number
  /** The scale it is shown on. */
  readonly scale: readonly [from: number, to: number]
  readonly usual: UsualRange | null
}

/** Speech breathing of patients and controls over one read sentence: 3.16 pauses against 0.85. Ours count pauses from 0.2 s. */
const SPIRA = 'SPIRA, University of São Paulo: 0.85 pauses a sentence in controls, 3.16 in patients'
const GOLDMAN_EISLER = 'F. Goldman-Eisler, Psycholinguistics, Academic Press 1968: 4.4 to 5.9 syllables a second'
const BAKEN = 'R. J. Baken and R. F. Orlikoff, Clinical Measurement of Speech and Voice, 2nd edition 2000'
/** Praat's manual gives these thresholds, of the Multi-Dimensional Voice Program; they hold for a held vowel. */
const PRAAT_JITTER = 'Praat manual, "Voice 2. Jitter": 1.040 %'
const PRAAT_SHIMMER = 'Praat manual, "Voice 3. Shimmer": 3.810 %'
const PRAAT_HNR = 'Praat manual, "Harmonicity": a healthy held [a] lies around 20 dB'

const F0_HZ = { female: [165, 255], male: [85, 155] } as const

/** The numbers worth reading of a take of `task`, each with what is usual. */
export function descriptorRows(
  descriptors: SpeechDescriptors,
  task: Task,
  sex: Participant['sex'],
): readonly DescriptorRow[] {
  return task === 'sustained-vowel'
    ? [...voiceRows(descriptors), pitchRow(descriptors, sex)]
    : speechRows(descriptors, task, sex)
}

function speechRows(d: SpeechDescriptors, task: Task, sex: Participant['sex']): readonly DescriptorRow[] {
  const perMinute = d.speakingSeconds > 0 ? (60 * d.pauseCount) / d.speakingSeconds : null
  const sentence: readonly DescriptorRow[] =
    task === 'read-sentence'
      ? [
          {
            id: 'pausesInSentence',
            value: d.pauseCount,
            unit: '',
            digits: 0,
            scale: [0, 8],
            usual: { from: null, to: 1, source: SPIRA },
          },
        ]
      : []
  return [
    { id: 'pausesPerMinute', value: perMinute, unit: '/min', digits: 0, scale: [0, 60], usual: null },
    ...sentence,
    { id: 'pauseMean', value: d.pauseMeanSeconds, unit: 's', digits: 2, scale: [0, 2], usual: null },
    { id: 'pauseShare', value: percent(d.pauseShare), unit: '%', digits: 0, scale: [0, 100], usual: null },
    {
      id: 'articulationRate',
      value: d.articulationRate,
      unit: '/s',
      digits: 1,
      scale: [0, 9],
      usual: { from: 4.4, to: 5.9, source: GOLDMAN_EISLER },
    },
    pitchRow(d, sex),
  ]
}

function pitchRow({ f0MeanHz }: SpeechDescriptors, sex: Participant['sex']): DescriptorRow {
  const [from, to] = sex === 'female' || sex === 'male' ? F0_HZ[sex] : [F0_HZ.male[0], F0_HZ.female[1]]
  return { id: 'f0Mean', value: f0MeanHz, unit: 'Hz', digits: 0, scale: [50, 350], usual: { from, to, source: BAKEN } }
}

function voiceRows(d: SpeechDescriptors): readonly DescriptorRow[] {
  return [
    {
      id: 'jitter',
      value: percent(d.jitterLocal),
      unit: '%',
      digits: 2,
      scale: [0, 4],
      usual: { from: null, to: 1.04, source: PRAAT_JITTER },
    },
    {
      id: 'shimmer',
      value: percent(d.shimmerLocal),
      unit: '%',
      digits: 1,
      scale: [0, 15],
      usual: { from: null, to: 3.81, source: PRAAT_SHIMMER },
    },
    {
      id: 'hnr',
      value: d.hnrDb,
      unit: 'dB',
      digits: 0,
      scale: [0, 35],
      usual: { from: 20, to: null, source: PRAAT_HNR },
    },
  ]
}

const percent = (share: number | null): number | null => (share === null ? null : 100 * share)

/** Where a value lies against what is usual. */
export function againstUsual({ value, usual }: DescriptorRow): 'within' | 'below' | 'above' | null {
  if (value === null || usual === null) return null
  if (usual.from !== null && value < usual.from) return 'below'
  return usual.to !== null && value > usual.to ? 'above' : 'within'
}
