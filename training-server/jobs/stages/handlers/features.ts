import { featureSpecHash } from '@spira/shared/signal/featureSpec.ts'
import { experimentSchema } from '../../../training/experiment.ts'
import { featureFileBytes } from '../../../training/featureFile.ts'
import { networkInput } from '../../../training/networkInput.ts'
import { networkNamed } from '../../../training/networks/networks.ts'
import { readSpeech } from '../../../training/speech.ts'
import { WindowFeatures } from '../../../training/windowFeatures.ts'
import { hashOf, putJson } from '../inputs.ts'
import type { StageHandler } from './handler.ts'

/** Each waits for the disk three times, to be kept for good: meanwhile the next is computed. */
const AT_ONCE = 8

/**
 * Features of a part of the recordings, as the bedside scores them. Each is computed once for the same audio and the same features, by
 * whichever run came first, and lies in the blob store.
 */
export const features: StageHandler = async ({ context, run, stage, progress, signal }) => {
  const { db, blobs } = context
  const experiment = experimentSchema.parse(run.configuration)
  const input = networkInput(networkNamed(experiment.network), experiment)
  const featuresHash = hashOf({ features: await featureSpecHash(input.features), window: input.window })
  const computer = new WindowFeatures(input)
  const items = await itemsOf(context, run.datasetVersionId, stage.shard)
  const known = new Map(
    items.length === 0
      ? []
      : (
          await db
            .updateTable('featureFiles')
            .set({ usedAt: new Date() })
            .where('featuresHash', '=', featuresHash)
            .where(
              'recordingSha256',
              'in',
              items.map(({ sha256 }) => sha256),
            )
            .returning(['recordingSha256', 'sha256'])
            .execute()
        ).map((row) => [row.recordingSha256, row.sha256]),
  )
  const files = new Map<string, string>()
  let fresh = 0
  const fileOf = async (sha256: string): Promise<string> => {
    const there = known.get(sha256)
    if (there !== undefined && (await blobs.has(there))) return there
    const bytes = featureFileBytes(computer.of(await readSpeech(await blobs.localPath(sha256))))
    const file = { sha256: await blobs.put(bytes), byteLength: bytes.byteLength, usedAt: new Date() }
    await db
      .insertInto('featureFiles')
      .values({ recordingSha256: sha256, featuresHash, ...file })
      .onConflict((conflict) => conflict.columns(['recordingSha256', 'featuresHash']).doUpdateSet(file))
      .execute()
    fresh += 1
    return file.sha256
  }
  const queue = inTurn(items)
  const lane = async (): Promise<void> => {
    for (const { recordingId, sha256 } of queue) {
      signal.throwIfAborted()
      files.set(recordingId, await fileOf(sha256))
      progress.report({ progress: files.size / items.length })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
  progress.say(`${items.length} recordings: ${fresh} computed, ${items.length - fresh} were there`)
  // In the recordings' order, whichever came first: the same recordings give the same output.
  const output = Object.fromEntries(items.map(({ recordingId }) => [recordingId, files.get(recordingId)]))
  return { output: { features: await putJson(context, output) } }
}

/** One iterator for all lanes; it ends for all when one of them throws. */
function* inTurn<T>(items: readonly T[]): Generator<T> {
  yield* items
}

/** @param shard "2 of 5": every fifth recording from the second on. */
async function itemsOf(
  { db }: Parameters<StageHandler>[0]['context'],
  datasetVersionId: string,
  shard: string,
): Promise<{ readonly recordingId: string; readonly sha256: string }[]> {
  const [part = 1, parts = 1] = shard.split(' of ').map(Number)
  const items = await db
    .selectFrom('datasetItems')
    .select(['recordingId', 'sha256'])
    .where('datasetVersionId', '=', datasetVersionId)
    .orderBy('recordingId')
    .execute()
  return items.filter((_, at) => at % parts === part - 1)
}
