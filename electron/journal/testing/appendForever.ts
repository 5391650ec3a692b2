import { openJournals } from '../journals.ts'
import { sampleChunk, sampleHeader } from './sampleJournal.ts'

/** `node appendForever.ts FOLDER ID`: appends until it is killed, and writes each index once it is acknowledged. */
const [folder = '', recordingId = ''] = process.argv.slice(2)
const journals = await openJournals(folder)
await journals.begin(sampleHeader(recordingId))
for (let index = 0; ; index += 1) {
  await journals.append(sampleChunk(recordingId, index))
  process.stdout.write(`${index}\n`)
}
