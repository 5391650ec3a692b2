import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { isWithdrawnRecord } from '../participants/tombstone.ts'
import type { ServerContext } from '../server/context.ts'
import { finaliseRecording } from './finalise.ts'
import { deviceOfUpload, type PendingUpload, UPLOAD_KEPT_MS } from './uploadStore.ts'

/** A device that has sent its last byte asks for the receipt at once; after this long it was cut off. */
const FINALISE_AFTER_MS = 10 * 60_000

export interface SweptUploads {
  /** Of a recording that another upload brought, too. */
  readonly expired: number
  /** Complete, but the device was cut off before it asked for the receipt: filed, and the receipt waits for it. */
  readonly filed: number
  /** Of participants who have withdrawn. */
  readonly withdrawn: number
}

/** A recording that was filed by another upload needs this one no more; after this long nobody is still writing it. */
const SUPERSEDED_AFTER_MS = 3_600_000

/** Goes through the uploads that lie about. What is of no use to anybody is taken away; what is complete is filed. */
export async function sweepUploads(context: ServerContext, now = Date.now()): Promise<SweptUploads> {
  const swept = { expired: 0, filed: 0, withdrawn: 0 }
  for await (const upload of context.uploads.list(now)) {
    const what = await sweepUpload(context, upload, now)
    if (what !== null) swept[what] += 1
  }
  return swept
}

async function sweepUpload(
  context: ServerContext,
  upload: PendingUpload,
  now: number,
): Promise<keyof SweptUploads | null> {
  const { uploadId, recordingId, sha256, state, lastWrittenAt } = upload
  if (await isWithdrawnRecord(context.db, recordingId)) {
    await context.uploadLocks.while(uploadId, () => context.uploads.discard(uploadId))
    return 'withdrawn'
  }
  if (state === 'finished' && now - lastWrittenAt > FINALISE_AFTER_MS) {
    const id = deviceOfUpload(uploadId) ?? ''
    try {
      await finaliseRecording(context, { id }, { recordingId, uploadId, sha256 })
      return 'filed'
    } catch (error) {
      if (!(error instanceof SpiraError)) throw error
      context.log.warn({ err: error }, 'a complete upload could not be filed')
    }
  }
  const isSuperseded = state === 'unfinished' && now - lastWrittenAt > SUPERSEDED_AFTER_MS
  const isKept = now - lastWrittenAt < UPLOAD_KEPT_MS
  if (isKept && !(isSuperseded && (await isFiled(context, recordingId)))) return null
  await context.uploadLocks.while(uploadId, () => context.uploads.discard(uploadId))
  return 'expired'
}

async function isFiled({ db }: ServerContext, recordingId: string): Promise<boolean> {
  const recording = await db.selectFrom('recordings').select('filedAt').where('id', '=', recordingId).executeTakeFirst()
  return (recording?.filedAt ?? null) !== null
}
