import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Task } from '@spira/shared/protocol/records.ts'
import { encodeWav, floatToPcm16 } from '@spira/shared/signal/wav.ts'
import { simulateSpeaker } from '../../apps/simulator/voice/simulateSpeaker.ts'

const RATE_HZ = 48_000

/**
 * One simulated person before the microphone: silent while the room is recorded, and saying each task's words in the same voice. Chromium
 * reads its microphone's file anew each time a take begins and loops it.
 */
export class Patient {
  /** The WAV that is the browser's microphone. */
  readonly microphone: string

  constructor(folder: string) {
    this.microphone = join(folder, 'patient.wav')
  }

  /** From the next take on this task is heard. */
  async doTask(task: Task): Promise<void> {
    const { samples } = await simulateSpeaker({
      seed: 11,
      condition: 'present',
      task,
      seconds: 12,
      sampleRateHz: RATE_HZ,
    })
    await this.#sound(samples)
  }

  /** As if the microphone were muted. */
  saysNothing(): Promise<void> {
    return this.#sound(new Float32Array(5 * RATE_HZ))
  }

  #sound(samples: Float32Array): Promise<void> {
    return writeFile(this.microphone, encodeWav(floatToPcm16(samples), RATE_HZ))
  }
}
