import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { RunArtefact } from '@spira/shared/protocol/consoleApi.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { readRunFolder } from '../evaluation/report/runFolder.ts'
import { runReport } from '../evaluation/report/runReport.ts'
import type { ServerContext } from '../server/context.ts'

/**
 * Keeps what a run's work folder tells of it, before the folder is removed: the evaluation, the record of the run, and the page about
 * both. Ids and figures are in them; no sound and no feature of one.
 */
export async function keepArtefacts(
  { db, blobs }: Pick<ServerContext, 'db' | 'blobs'>,
  runId: string,
  workFolder: string,
): Promise<void> {
  const contents: Readonly<Record<RunArtefact, Buffer>> = {
    report: Buffer.from(runReport({ ...(await readRunFolder(workFolder)), examples: [] })),
    evaluation: await readFile(join(workFolder, 'evaluation.json')),
    record: await readFile(join(workFolder, 'run.json')),
  }
  for (const [kind, bytes] of Object.entries(contents) as [RunArtefact, Buffer][]) {
    const kept = { sha256: await blobs.put(bytes), byteLength: bytes.length }
    await db
      .insertInto('trainingRunArtefacts')
      .values({ runId, kind, ...kept })
      // A run that is brought to its end twice leaves the newer.
      .onConflict((conflict) => conflict.columns(['runId', 'kind']).doUpdateSet(kept))
      .execute()
  }
}

/** @throws SpiraError not_found */
export async function openArtefact(
  { db, blobs }: Pick<ServerContext, 'db' | 'blobs'>,
  runId: string,
  kind: RunArtefact,
): Promise<{ readonly byteLength: number; readonly stream: Readable }> {
  const row = await db
    .selectFrom('trainingRunArtefacts')
    .select(['sha256', 'byteLength'])
    .where('runId', '=', runId)
    .where('kind', '=', kind)
    .executeTakeFirst()
  if (row === undefined) throw new SpiraError('not_found')
  return { byteLength: row.byteLength, stream: await blobs.open(row.sha256) }
}
