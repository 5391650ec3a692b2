import type { ModelRow, SpiraDatabase } from '../store/database.ts'
import type { ModelFiles } from './modelFiles.ts'
import { readModelFiles } from './modelFiles.ts'

/** The released models on this device: at most one `active`, one `previous` to go back to, one `candidate` and one in `shadow`. */

export async function modelInRole(db: SpiraDatabase, role: ModelRow['role']): Promise<ModelRow | null> {
  return (await db.models.where('role').equals(role).last()) ?? null
}

/** @throws ModelError when the row is damaged. */
export const filesOf = ({ manifest, onnx, golden }: ModelRow): Promise<ModelFiles> =>
  readModelFiles(manifest, onnx, golden)

/** Keeps a verified download, in the place of any candidate before, so that a restart need not fetch it again. */
export function keepCandidate(db: SpiraDatabase, files: ModelFiles, now: number): Promise<void> {
  return db.transaction('rw', db.models, async () => {
    await db.models.where('role').equals('candidate').delete()
    const { manifest, manifestText, onnx, goldenText } = files
    const { modelId, version } = manifest
    await db.models.put({
      modelId,
      role: 'candidate',
      version,
      manifest: manifestText,
      onnx,
      golden: goldenText,
      changedAt: now,
    })
  })
}

/** One transaction: the candidate becomes active, what was active becomes previous, what was previous goes. */
export function activateCandidate(db: SpiraDatabase, modelId: string, now: number): Promise<void> {
  return db.transaction('rw', db.models, async () => {
    // Another window of the app may have been faster.
    if ((await db.models.get(modelId))?.role !== 'candidate') return
    await db.models.where('role').equals('previous').delete()
    await db.models.where('role').equals('active').modify({ role: 'previous', changedAt: now })
    await db.models.update(modelId, { role: 'active', changedAt: now })
  })
}

/** Goes back: the failed versions go, and `remaining` (null: the bundled model, which has no row) is active. */
export function goBackTo(db: SpiraDatabase, remaining: ModelRow | null, now: number): Promise<void> {
  return db.transaction('rw', db.models, async () => {
    await db.models.where('role').anyOf('active', 'previous').delete()
    if (remaining !== null) await db.models.put({ ...remaining, role: 'active', changedAt: now })
  })
}

/** The candidate passed its self-test and scores silently from now on, in the place of any shadow before. */
export function shadowCandidate(db: SpiraDatabase, modelId: string, now: number): Promise<void> {
  return db.transaction('rw', db.models, async () => {
    await db.models.where('role').equals('shadow').delete()
    await db.models.update(modelId, { role: 'shadow', changedAt: now })
  })
}

/** A shadow that is offered to score for people is fetched already. */
export const shadowBecomesCandidate = (db: SpiraDatabase, modelId: string): Promise<number> =>
  db.models
    .where('role')
    .equals('shadow')
    .and((row) => row.modelId === modelId)
    .modify({ role: 'candidate' })

export const dropShadow = (db: SpiraDatabase): Promise<number> => db.models.where('role').equals('shadow').delete()

export const dropCandidate = (db: SpiraDatabase): Promise<number> =>
  db.models.where('role').equals('candidate').delete()
