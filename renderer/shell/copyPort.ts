import type { ChunkRow } from '../store/database.ts'
import type { Sealed } from '../store/envelope.ts'
import type { CopyChunk } from '../store/recordingCopies.ts'
import type { ShellBridge } from './bridge.ts'

/** Only the window has the bridge, only the capture worker has the chunks: between them goes this port, one answer a chunk. */

interface Asked {
  readonly number: number
  readonly chunk: ChunkRow
}
interface Answered {
  readonly number: number
}

/** A disk that does not answer for so long does not hold up a recording any longer. */
const LONGEST_APPEND_MS = 10_000

/**
 * The window's end: each chunk that comes is appended to the shell's journal. Once that fails it is told, once, and no more chunks of this
 * port are sent there: a copy with a hole in the middle would be taken for whole up to it.
 *
 * @param missing its copy is not whole from now on; answered once that is noted.
 */
export function serveCopyPort(
  port: MessagePort,
  bridge: Pick<ShellBridge, 'appendJournal'>,
  missing: (recordingId: string) => Promise<void>,
): void {
  let given: Promise<void> | null = null
  port.onmessage = ({ data: { number, chunk } }: MessageEvent<Asked>) => {
    const answer = (): void => port.postMessage({ number } satisfies Answered)
    const append = async (): Promise<void> => {
      if (given !== null) return given
      const appended = bridge.appendJournal({ ...chunk, sealed: ownerless(chunk.sealed) }).catch(() => null)
      const reply = await within(LONGEST_APPEND_MS, appended)
      if (reply?.ok !== true) await (given ??= missing(chunk.recordingId).catch(() => undefined))
    }
    void append().then(answer)
  }
}

function within<T>(limitMs: number, work: Promise<T>): Promise<T | null> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(null), limitMs)
    void work.then(resolve).finally(() => clearTimeout(timer))
  })
}

/** A copy tells once, in its header, whose it is. */
export const ownerless = ({ iv, data }: Sealed): Sealed => ({ iv, data })

/** The worker's end. */
export function copyChunksTo(port: MessagePort): CopyChunk {
  const waiting = new Map<number, () => void>()
  let count = 0
  port.onmessage = ({ data: { number } }: MessageEvent<Answered>) => {
    waiting.get(number)?.()
    waiting.delete(number)
  }
  return (chunk) => {
    const number = count
    count += 1
    return new Promise((answered) => {
      waiting.set(number, answered)
      port.postMessage({ number, chunk } satisfies Asked)
    })
  }
}
