import { createHash, type Hash } from 'node:crypto'
import { parentPort } from 'node:worker_threads'
import type { HashAnswer, HashTask } from './archiveFile.ts'

/**
 * SHA-256 of an archive and of the files in it, beside the thread that reads and writes: hashing is what an archive takes longest over
 * (archiveFile.ts). The files' bytes come one file after the other.
 */
const port = parentPort
if (port === null) throw new Error('hashThread.ts runs as a worker thread')
const answer = (message: HashAnswer): void => port.postMessage(message)
const archive = createHash('sha256')
const sums = new Map<string, string>()
let current: { readonly file: string; readonly hash: Hash } | null = null

function finishFile(): void {
  if (current !== null) sums.set(current.file, current.hash.digest('hex'))
  current = null
}

port.on('message', (task: HashTask) => {
  if (task === 'sums') {
    finishFile()
    answer({ sums })
  } else if (task === 'end') answer({ archive: archive.digest('hex') })
  else {
    for (const { bytes, file } of task) {
      archive.update(bytes)
      if (file === null) continue
      if (current?.file !== file) {
        finishFile()
        current = { file, hash: createHash('sha256') }
      }
      current.hash.update(bytes)
    }
    answer('taken')
  }
})
