import { pcm16ToFloat } from '@spira/shared/signal/wav.ts'
import { readWardNoise } from '../../training/augmentation/wardNoise.ts'
import { goldenSound } from '../../training/goldenSound.ts'
import { RandomStream } from '../../training/randomStream.ts'
import { readSpeech } from '../../training/speech.ts'
import type { TrainingExample } from '../../training/trainingRequest.ts'
import { withNoiseAtSnr } from './noiseAtSnr.ts'
import { roomTone } from './roomTone.ts'
import { shapedNoise } from './shapedNoise.ts'

/** One voice for everybody. */
const voice = pcm16ToFloat(goldenSound())

/** What a model says of one recording as it is, in ward noise, and of what is left of it without the speech. */
export interface ProbedRecording {
  readonly recordingId: string
  readonly participantId: string
  readonly label: 0 | 1
  readonly groups: Readonly<Record<string, string>>
  readonly clean: number
  /** Null where there was no noise to put in: the other class has no quiet, or the noise is silent. */
  readonly noisy: number | null
  /** Null where the recording has too little quiet. */
  readonly roomTone: number | null
  /** One synthetic voice, the same for everybody, in this recording's room: a network that never heard quiet alone shows here what it knows of rooms. */
  readonly voiceInRoom: number | null
  readonly channel: number
}

export interface ProbeOptions {
  readonly seed: number
  readonly snrDb: number
  /** Null: the quiet of the other class's recordings is the noise. */
  readonly wardNoiseFolder: string | null
  readonly onRecording?: (done: number) => void
}

/**
 * Scores recordings under every condition that the probes compare. What is put in or made follows from the seed and the
 * recording's id.
 *
 * @param score probability of 16 kHz mono samples, as the bedside would give it. The example is for baselines that do not listen.
 */
export async function probeRecordings(
  examples: readonly TrainingExample[],
  score: (samples: Float32Array, example: TrainingExample) => Promise<number>,
  { seed, snrDb, wardNoiseFolder, onRecording }: ProbeOptions,
): Promise<ProbedRecording[]> {
  const noises = wardNoiseFolder === null ? null : await readWardNoise(wardNoiseFolder)
  const rooms = noises === null ? await roomsByClass(examples) : null
  const probed: ProbedRecording[] = []
  for (const example of examples) {
    const { recordingId, participantId, siteId, label, groups, wavPath } = example
    const scored = (heard: Float32Array) => score(heard, example)
    const random = new RandomStream(seed, `probes of ${recordingId}`)
    const samples = await readSpeech(wavPath)
    const source = noises ?? rooms?.[label === 1 ? 0 : 1] ?? []
    const noise = source.length === 0 ? null : source[random.index(source.length)]
    const inNoise =
      noise === null || noise === undefined
        ? null
        : withNoiseAtSnr(samples, noiseOfLength(noise, samples.length, noises !== null, random), snrDb)
    const tone = roomTone(samples)
    const room = tone === null ? null : shapedNoise(tone, voice.length, random)
    probed.push({
      recordingId,
      participantId,
      label,
      groups: { site: siteId, ...groups },
      clean: await scored(samples),
      noisy: inNoise === null ? null : await scored(inNoise),
      roomTone: room === null ? null : await scored(room),
      voiceInRoom: room === null ? null : await scored(voice.map((value, at) => value + (room[at] ?? 0))),
      // For everybody as long as that voice: how long people speak is not the channel.
      channel: await scored(shapedNoise(samples, voice.length, random)),
    })
    onRecording?.(probed.length)
  }
  return probed
}

/** The same recording with other numbers under each condition that was heard. */
export const withProbabilities = (recording: ProbedRecording, of: (value: number) => number): ProbedRecording => ({
  ...recording,
  clean: of(recording.clean),
  noisy: recording.noisy === null ? null : of(recording.noisy),
  roomTone: recording.roomTone === null ? null : of(recording.roomTone),
  voiceInRoom: recording.voiceInRoom === null ? null : of(recording.voiceInRoom),
  channel: of(recording.channel),
})

/** A random piece of a long recording of noise; of a short quiet, noise that sounds like it. */
function noiseOfLength(noise: Float32Array, length: number, whole: boolean, random: RandomStream): Float32Array {
  if (!whole || noise.length < length) return shapedNoise(noise, length, random)
  const from = random.index(noise.length - length + 1)
  return noise.subarray(from, from + length)
}

async function roomsByClass(examples: readonly TrainingExample[]): Promise<Record<0 | 1, Float32Array[]>> {
  const rooms: Record<0 | 1, Float32Array[]> = { 0: [], 1: [] }
  for (const { label, wavPath } of examples) {
    const tone = roomTone(await readSpeech(wavPath))
    if (tone !== null) rooms[label].push(tone)
  }
  return rooms
}
