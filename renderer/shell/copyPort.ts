import type { ChunkRow } from '../store/database.ts'
import type { Sealed } from '../store/envelope.ts'
import type { CopyChunk } from '../store/recordingCopies.ts'
import type { ShellBridge, ShellReply } from './bridge.ts'
import { valueOf } from './shellBridge.ts'

/** Only the window has the bridge, only the capture worker has the chunks: between them goes this port, one answer a chunk. */

interface Asked {
  readonly number: number
  readonly chunk: ChunkRow
}
interface Answered {
  readonly number: number
  readonly reply: ShellReply<null>
}

/** The window's end: each chunk that comes is appended to the shell's journal. */
export function serveCopyPort(port: MessagePort, bridge: Pick<ShellBridge, 'appendJournal'>): void {
  port.onmessage = ({ data: { number, chunk } }: MessageEvent<Asked>) => {
    const answer = (reply: ShellReply<null>): void => port.postMessage({ number, reply } satisfies Answered)
    bridge.appendJournal({ ...chunk, sealed: ownerless(chunk.sealed) }).then(answer, (error: unknown) => {
      answer({ ok: false, code: 'internal', sentence: String(error) })
    })
  }
}

/** A copy tells once, in its header, whose it is. */
export const ownerless = ({ iv, data }: Sealed): Sealed => ({ iv, data })

/** The worker's end. What it returns rejects with ShellRefusal when the shell has not got the chunk on disk. */
export function copyChunksTo(port: MessagePort): CopyChunk {
  const waiting = new Map<number, (reply: ShellReply<null>) => void>()
  let count = 0
  port.onmessage = ({ data: { number, reply } }: MessageEvent<Answered>) => {
    waiting.get(number)?.(reply)
    waiting.delete(number)
  }
  return async (chunk) => {
    const number = count
    count += 1
    const answered = new Promise<ShellReply<null>>((resolve) => void waiting.set(number, resolve))
    port.postMessage({ number, chunk } satisfies Asked)
    valueOf(await answered)
  }
}
