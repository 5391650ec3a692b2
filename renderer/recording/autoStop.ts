import type { ProtocolTask } from '@spira/shared/protocol/clinicalProtocol.ts'
import type { Expectation } from '@spira/shared/signal/quality.ts'
import type { LevelReading } from './levels.ts'

/** A task's own times. */
export type TakeTimes = Pick<ProtocolTask, 'minSeconds' | 'maxSeconds' | 'silenceStopSeconds'>

/** Sound stands this far above the room. */
const ABOVE_ROOM_DB = 9
/** Before anything is known of the room: a quiet ward through a laptop's microphone. */
const USUAL_ROOM_DBFS = -50
const LEAST_SOUND_DBFS = -55
/** Less sound than this is a cough or a touch of the table, not the patient who has begun. */
const LEAST_SOUND_MS = 600
const READING_MS = 50
/** The room is the quietest moment of this long: speech has gaps, a held vowel has none. */
const ROOM_WINDOW_MS = 10_000

/** Decides while a take runs whether it ends by itself. */
export interface AutoStop {
  /** @param elapsedMs length of the take with this reading. */
  observe(
    reading: Pick<LevelReading, 'levelDbfs'> & {
      /** The speech detector's word; null without one. */
      readonly speaking: boolean | null
    },
    elapsedMs: number,
  ): 'go-on' | 'silence' | 'longest'
  /** How long nothing has been heard since the patient began, ms; 0 before that. */
  silentMs(): number
  /** Whether the patient has begun. */
  heard(): boolean
}

/**
 * Ends a take at the task's longest time, or after its silence once the patient has begun and the shortest time is over. Silence is what the
 * speech detector does not hear; without one, and for a held vowel, which is no speech to it, silence is a level near the room's: what is said of the room is the encounter's own recording of it, else the quietest of the last ten seconds.
 */
export function createAutoStop(times: TakeTimes, expects: Expectation, roomDbfs: number | null): AutoStop {
  const { minSeconds, maxSeconds, silenceStopSeconds } = times
  const recent: number[] = []
  let soundMs = 0
  let silentMs = 0

  function floorDbfs(): number {
    const quietest = Math.min(...recent)
    const known = roomDbfs ?? USUAL_ROOM_DBFS
    // A vowel held for ten seconds is not the room; of a sentence the quietest moment is.
    const heard = expects === 'speech' && recent.length * READING_MS >= ROOM_WINDOW_MS
    return heard ? quietest : Math.min(known, quietest)
  }

  return {
    observe({ levelDbfs, speaking }, elapsedMs) {
      recent.push(levelDbfs)
      if (recent.length * READING_MS > ROOM_WINDOW_MS) recent.shift()
      const loud = levelDbfs > Math.max(LEAST_SOUND_DBFS, floorDbfs() + ABOVE_ROOM_DB)
      const sounding = expects === 'speech' && speaking !== null ? speaking : loud
      if (sounding) soundMs += READING_MS
      const begun = soundMs >= LEAST_SOUND_MS
      silentMs = begun && !sounding ? silentMs + READING_MS : 0
      if (elapsedMs >= maxSeconds * 1000) return 'longest'
      if (silenceStopSeconds === null || elapsedMs < minSeconds * 1000) return 'go-on'
      return silentMs >= silenceStopSeconds * 1000 ? 'silence' : 'go-on'
    },
    silentMs: () => silentMs,
    heard: () => soundMs >= LEAST_SOUND_MS,
  }
}
