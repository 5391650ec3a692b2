import { createHash } from 'node:crypto'
import { parentPort } from 'node:worker_threads'

/** SHA-256 beside the thread that reads and writes: hashing is what an archive takes longest over (archiveFile.ts). */
const port = parentPort
if (port === null) throw new Error('hashThread.ts runs as a worker thread')
const hash = createHash('sha256')
port.on('message', (pieces: readonly Uint8Array[] | 'end') => {
  if (pieces === 'end') port.postMessage(hash.digest('hex'))
  else {
    for (const piece of pieces) hash.update(piece)
    port.postMessage('taken')
  }
})
