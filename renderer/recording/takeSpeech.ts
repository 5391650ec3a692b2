import type { SpeechReading } from '@spira/shared/signal/speech/speechSegmenter.ts'
import type { SpeechListener } from '../models/speechListener.ts'

/** The speech detector's hearing of one take. */
export interface TakeSpeech {
  hear(samples: Float32Array): void
  /** Whether somebody speaks now; null before the detector has answered, and once it has failed. */
  speaking(): boolean | null
  /** Speech in the whole take, ms; null when the detector does not run or does not keep up. */
  finish(): Promise<number | null>
}

/** A detector that is still behind after this long is not waited for: the level has its word too. */
const LONGEST_WAIT_MS = 300

/** Gives the listener one take's samples in order. A detector that fails costs its word, never the recording. */
export function listenToTake(listener: SpeechListener): TakeSpeech {
  let speechMs: number | null = null
  let speaking: boolean | null = null
  let failed = false
  let last: Promise<void> = listener.begin().catch(fail)

  function fail(): void {
    failed = true
    speaking = null
  }

  async function follow(heard: Promise<SpeechReading>): Promise<void> {
    try {
      const reading = await heard
      speechMs = reading.speechMs
      speaking = reading.speaking
    } catch {
      fail()
    }
  }

  return {
    hear(samples) {
      if (failed) return
      last = follow(listener.hear(samples))
    },
    speaking: () => speaking,
    async finish() {
      let timer: ReturnType<typeof setTimeout> | undefined
      const late = new Promise<'late'>((resolve) => {
        timer = setTimeout(() => resolve('late'), LONGEST_WAIT_MS)
      })
      const end = await Promise.race([last, late])
      clearTimeout(timer)
      return end === 'late' || failed ? null : speechMs
    },
  }
}
