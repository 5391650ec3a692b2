import { createHash } from 'node:crypto'
import { PassThrough, Readable } from 'node:stream'
import { ZipFile } from 'yazl'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { requireNotWithdrawn } from '../datasets/withdrawnItems.ts'
import type { ServerContext } from '../server/context.ts'
import { toCsv, type Cell } from './csv.ts'

/** The same in every archive, so that the same version gives the same bytes. */
const ENTRY = {
  mtime: new Date('2000-01-01T00:00:00Z'),
  mode: 0o100644,
  compress: false,
  forceDosTimestamp: false,
} as const

const COLUMNS = [
  'recording_id',
  'file',
  'participant',
  'label',
  'task',
  'site',
  'device',
  'sample_count',
  'quality',
  'snr_db',
  'sex',
  'age_years',
  'spo2_percent',
  'heart_rate_per_min',
  'respiratory_rate_per_min',
  'label_established_by',
  'label_cause',
  'sha256',
] as const

/** A dataset version as one ZIP: audio/<recordingId>.wav, metadata.csv, README.txt. Streamed; the audio is stored as it is. */
export async function datasetArchive(
  { db, blobs }: ServerContext,
  datasetVersionId: string,
): Promise<{ readonly name: string; readonly stream: Readable }> {
  const version = await db
    .selectFrom('datasetVersions')
    .selectAll()
    .where('id', '=', datasetVersionId)
    .executeTakeFirst()
  if (version === undefined) throw new SpiraError('not_found')
  await requireNotWithdrawn(db, datasetVersionId)
  const items = await db
    .selectFrom('datasetItems')
    .selectAll()
    .where('datasetVersionId', '=', datasetVersionId)
    .orderBy('recordingId')
    .execute()
  const pseudonyms = rekey(
    datasetVersionId,
    items.map(({ participantId }) => participantId),
  )
  const rows = items.map(({ recordingId, participantId, label, task, sha256, metadata }): Record<string, Cell> => ({
    ...metadata,
    recording_id: recordingId,
    file: `audio/${recordingId}.wav`,
    participant: pseudonyms.get(participantId) ?? null,
    label,
    task,
    sha256,
  }))

  const zip = new ZipFile()
  const stream = new PassThrough()
  let current: Readable | null = null
  // A reader that goes away must not leave a file open.
  stream.once('close', () => current?.destroy())
  zip.on('error', (error) => stream.destroy(error))
  zip.outputStream.on('error', (error) => stream.destroy(error)).pipe(stream)
  zip.addBuffer(Buffer.from(readme(version)), 'README.txt', ENTRY)
  zip.addBuffer(Buffer.from(toCsv(COLUMNS, rows)), 'metadata.csv', ENTRY)
  for (const { recordingId, sha256 } of items) {
    const size = await blobs.size(sha256)
    zip.addReadStreamLazy(`audio/${recordingId}.wav`, { ...ENTRY, size }, (done) => {
      current = Readable.from(bytesOf(blobs, sha256))
      done(null, current)
    })
  }
  zip.end()
  return { name: `spira-${version.contentHash.slice(0, 12)}.zip`, stream }
}

/** Opened when the archive comes to it, so that one file is open at a time. */
async function* bytesOf(blobs: ServerContext['blobs'], sha256: string): AsyncGenerator<Buffer> {
  yield* await blobs.open(sha256)
}

/** Participants of one version get numbers that say nothing and that differ from version to version. */
function rekey(datasetVersionId: string, participantIds: readonly string[]): Map<string, string> {
  const shuffled = [...new Set(participantIds)]
    .map((id) => ({ id, order: createHash('sha256').update(`${datasetVersionId}:${id}`).digest('hex') }))
    .sort((a, b) => (a.order < b.order ? -1 : 1))
  return new Map(shuffled.map(({ id }, index) => [id, `S${String(index + 1).padStart(5, '0')}`]))
}

interface Described {
  readonly name: string
  readonly description: string
  readonly contentHash: string
  readonly recordings: number
  readonly participants: number
  readonly present: number
  readonly absent: number
  readonly simulated: boolean
  readonly frozenAt: Date
}

const readme = (version: Described): string => `${version.name}
${version.description}

Content SHA-256  ${version.contentHash}
Frozen           ${version.frozenAt.toISOString()}
Recordings       ${version.recordings} of ${version.participants} participants: ${version.present} present, ${version.absent} absent
${version.simulated ? '\nCONTAINS SIMULATED VOICES: not for clinical use, not for conclusions about patients.\n' : ''}
audio/           16 kHz mono PCM16 WAV, named by recording
metadata.csv     one row a recording; label 1: respiratory insufficiency present, 0: absent
                 participant: numbered for this version alone; keep all recordings of one in the same split
                 an apostrophe before = + - or @ keeps spreadsheets from taking a text for a formula
`
