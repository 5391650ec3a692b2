import { featureSpecHash } from '@spira/shared/signal/featureSpec.ts'
import { readAhead } from '../../../blobs/readAhead.ts'
import { experimentSchema } from '../../../training/experiment.ts'
import { featureFileBytes } from '../../../training/featureFile.ts'
import { networkInput } from '../../../training/networkInput.ts'
import { networkNamed } from '../../../training/networks/networks.ts'
import { readSpeech } from '../../../training/speech.ts'
import { WindowFeatures } from '../../../training/windowFeatures.ts'
import { hashOf, putJson } from '../inputs.ts'
import type { StageHandler } from './handler.ts'

/**
 * Features of a part of the recordings, as the bedside scores them. Each is computed once for the same audio and the same features, by
 * whichever run came first, and lies in the blob store. A few at once: each waits for the disk three times, to be kept for good, and
 * meanwhile the next is computed.
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
  let fresh = 0
  const fileOf = async ({ recordingId, sha256 }: Item): Promise<readonly [recordingId: string, file: string]> => {
    const there = known.get(sha256)
    if (there !== undefined && (await blobs.has(there))) return [recordingId, there]
    const bytes = featureFileBytes(computer.of(await readSpeech(await blobs.localPath(sha256))))
    const file = { sha256: await blobs.put(bytes), byteLength: bytes.byteLength, usedAt: new Date() }
    await db
      .insertInto('featureFiles')
      .values({ recordingSha256: sha256, featuresHash, ...file })
      .onConflict((conflict) => conflict.columns(['recordingSha256', 'featuresHash']).doUpdateSet(file))
      .execute()
    fresh += 1
    return [recordingId, file.sha256]
  }
  const files: [recordingId: string, file: string][] = []
  for await (const [recordingId, file] of readAhead(items, fileOf)) {
    signal.throwIfAborted()
    files.push([recordingId, file])
    progress.report({ progress: files.length / items.length })
  }
  progress.say(`${items.length} recordings: ${fresh} computed, ${items.length - fresh} were there`)
  return { output: { features: await putJson(context, Object.fromEntries(files)) } }
}

interface Item {
  readonly recordingId: string
  readonly sha256: string
}

/** @param shard "2 of 5": every fifth recording from the second on. */
async function itemsOf(
  { db }: Parameters<StageHandler>[0]['context'],
  datasetVersionId: string,
  shard: string,
): Promise<Item[]> {
  const [part = 1, parts = 1] = shard.split(' of ').map(Number)
  const items = await db
    .selectFrom('datasetItems')
    .select(['recordingId', 'sha256'])
    .where('datasetVersionId', '=', datasetVersionId)
    .orderBy('recordingId')
    .execute()
  return items.filter((_, at) => at % parts === part - 1)
}
