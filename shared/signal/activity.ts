import { createVoicingMeter } from './voicing.ts'

/** Where a recording is louder than its room. */
export interface Activity {
  readonly activeMs: number
  /** Mean level of the active frames; null without any. */
  readonly activeDbfs: number | null
  /** Power of the active frames above that of the others, in dB; null where one of the two is missing. */
  readonly snrDb: number | null
  /** The level from which a frame of 20 ms was counted as active; null where nothing was. */
  readonly activeFromDbfs: number | null
}

export interface LevelMeter {
  push(sample: number): void
  read(): Activity
}

/** 20 ms at 16 kHz. */
const FRAME_SAMPLES = 320
const FRAME_MS = 20
/** Levels are sorted into bins of a quarter dB, so that memory does not grow with the recording. */
const LOWEST_DB = -120
const BINS_PER_DB = 4
const BIN_COUNT = -LOWEST_DB * BINS_PER_DB + 1
/** See `createVoicingMeter`. */
const VOICED_STRENGTH = 0.5
/** The room: the level that a tenth of the frames without voice stay under. */
const FLOOR_SHARE = 0.1
/** With fewer unvoiced frames than this (a vowel held from end to end) the room was not heard. */
const FLOOR_FRAMES = 5
const ABOVE_FLOOR_DB = 9
const LEAST_ACTIVE_DBFS = -55
/** Active frames with less voice than this are a noisy room. */
const LEAST_VOICED_SHARE = 0.2

/** Frames and their power by level. */
interface Levels {
  readonly frames: Uint32Array
  readonly power: Float64Array
}

const createLevels = (): Levels => ({ frames: new Uint32Array(BIN_COUNT), power: new Float64Array(BIN_COUNT) })

const binOf = (db: number): number => Math.max(0, Math.min(BIN_COUNT - 1, Math.floor((db - LOWEST_DB) * BINS_PER_DB)))

/**
 * For 16 kHz samples in [-1, 1]. A frame is active above -55 dBFS and 9 dB above the room, the room being the quiet unvoiced frames. It is a
 * measure of level and periodicity, not a speech detector: steady noise is not active, but a television, another speaker or an alarm is,
 * and a whole recording of whispering (no voice at all) is not. Silero tells speech apart where that matters.
 */
export const createLevelMeter = (): LevelMeter => {
  const voicing = createVoicingMeter()
  const voiced = createLevels()
  const unvoiced = createLevels()
  let energy = 0
  let count = 0
  return {
    push: (sample) => {
      voicing.push(sample)
      energy += sample * sample
      if (++count < FRAME_SAMPLES) return
      const power = energy / FRAME_SAMPLES
      energy = 0
      count = 0
      // Digital silence is a microphone starting, not a quiet room.
      if (power === 0) return
      const levels = voicing.strength() >= VOICED_STRENGTH ? voiced : unvoiced
      const bin = binOf(10 * Math.log10(power))
      levels.frames[bin] = levels.frames[bin] + 1
      levels.power[bin] = levels.power[bin] + power
    },
    read: () => {
      const firstActive = binOf(Math.max(LEAST_ACTIVE_DBFS, roomDbfs(unvoiced) + ABOVE_FLOOR_DB))
      const voice = sumFrom(voiced, firstActive, BIN_COUNT)
      const other = sumFrom(unvoiced, firstActive, BIN_COUNT)
      const frames = voice.frames + other.frames
      if (frames === 0 || voice.frames < LEAST_VOICED_SHARE * frames)
        return { activeMs: 0, activeDbfs: null, snrDb: null, activeFromDbfs: null }
      const activePower = (voice.power + other.power) / frames
      const quietVoice = sumFrom(voiced, 0, firstActive)
      const quiet = sumFrom(unvoiced, 0, firstActive)
      const roomPower = (quietVoice.power + quiet.power) / (quietVoice.frames + quiet.frames)
      return {
        activeMs: frames * FRAME_MS,
        activeDbfs: 10 * Math.log10(activePower),
        snrDb: activePower > roomPower ? 10 * Math.log10(activePower / roomPower - 1) : null,
        activeFromDbfs: LOWEST_DB + firstActive / BINS_PER_DB,
      }
    },
  }
}

const roomDbfs = ({ frames }: Levels): number => {
  const total = frames.reduce((sum, count) => sum + count, 0)
  if (total < FLOOR_FRAMES) return -Infinity
  let below = 0
  const bin = frames.findIndex((count) => (below += count) >= FLOOR_SHARE * total)
  return LOWEST_DB + bin / BINS_PER_DB
}

const sumFrom = (
  { frames, power }: Levels,
  from: number,
  to: number,
): { readonly frames: number; readonly power: number } => {
  let frameSum = 0
  let powerSum = 0
  for (let bin = from; bin < to; bin++) {
    frameSum += frames[bin]
    powerSum += power[bin]
  }
  return { frames: frameSum, power: powerSum }
}
