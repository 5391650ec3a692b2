import { createHash } from 'node:crypto'
import { verifyAuditChain } from '../audit/auditLog.ts'
import { unreferredBlobs } from '../blobs/blobReferences.ts'
import type { ServerContext } from './context.ts'

/** One thing that is not as it must be. Nothing is changed: what to do is a person's decision, and the sentence says what it is. */
export interface Finding {
  readonly kind: 'damaged' | 'missing' | 'unreferenced' | 'withdrawn' | 'audit'
  /** Hash of the stored file, or id of the row. */
  readonly subject: string
  readonly sentence: string
}

/** Reads every stored file and compares it with its name and with what the tables say of it. */
export async function checkIntegrity({ db, blobs }: Pick<ServerContext, 'db' | 'blobs'>): Promise<Finding[]> {
  const findings: Finding[] = []
  const filed = await db
    .selectFrom('recordings')
    .select(['id', 'sha256', 'byteLength'])
    .where('filedAt', 'is not', null)
    .execute()
  const models = await db.selectFrom('modelVersions').select(['manifestSha256', 'onnxSha256', 'goldenSha256']).execute()
  const recordings = new Map(filed.map((row) => [row.sha256, row]))
  const expected = new Set([
    ...recordings.keys(),
    ...(await kept(db)),
    ...models.flatMap(({ manifestSha256, onnxSha256, goldenSha256 }) => [manifestSha256, onnxSha256, goldenSha256]),
  ])
  const found = new Set<string>()
  for await (const sha256 of blobs.list()) {
    found.add(sha256)
    const hash = createHash('sha256')
    for await (const chunk of (await blobs.open(sha256)) as AsyncIterable<Buffer>) hash.update(chunk)
    if (hash.digest('hex') !== sha256) findings.push(damaged(sha256, recordings.get(sha256)?.id))
    else if (!expected.has(sha256) && (await unreferredBlobs(db, [sha256])).length === 1)
      findings.push({
        kind: 'unreferenced',
        subject: sha256,
        sentence: `The stored file ${sha256} belongs to nothing that is known. It takes room and does no harm; the server takes it away a week after it found it.`,
      })
  }
  for (const sha256 of expected)
    if (!found.has(sha256))
      findings.push({
        kind: 'missing',
        subject: sha256,
        sentence: `The stored file ${sha256}${ofRecording(recordings.get(sha256)?.id)} is missing. Restore it from the backup.`,
      })
  const late = await db
    .selectFrom('withdrawals')
    .innerJoin('participants', 'participants.id', 'withdrawals.participantId')
    .select('withdrawals.id')
    .execute()
  for (const { id } of late)
    findings.push({
      kind: 'withdrawn',
      subject: id,
      sentence: `Records of the participant of withdrawal ${id} are still there. Restart the server: its hourly work erases them.`,
    })
  const chain = await verifyAuditChain(db)
  if (chain.brokenAt !== null)
    findings.push({
      kind: 'audit',
      subject: String(chain.brokenAt),
      sentence: `The audit log was changed at entry ${chain.brokenAt}. Compare it with the last backup.`,
    })
  return findings
}

/** What runs and exports keep beside recordings and models. */
async function kept(db: ServerContext['db']): Promise<string[]> {
  const artefacts = await db.selectFrom('trainingRunArtefacts').select('sha256').execute()
  const features = await db.selectFrom('featureFiles').select('sha256').execute()
  const exported = await db.selectFrom('exports').select('sha256').where('status', '=', 'succeeded').execute()
  const stages = await db
    .selectFrom('runStageFiles')
    .innerJoin('runStages', 'runStages.id', 'runStageFiles.stageId')
    .select('runStageFiles.sha256')
    // Their hashes are of rows, not of files.
    .where('stage', 'not in', ['freeze', 'candidate'])
    .execute()
  return [...artefacts, ...features, ...exported, ...stages].flatMap(({ sha256 }) => sha256 ?? [])
}

const ofRecording = (id: string | undefined): string => (id === undefined ? '' : ` of recording ${id}`)

const damaged = (sha256: string, recordingId: string | undefined): Finding => ({
  kind: 'damaged',
  subject: sha256,
  sentence: `The stored file ${sha256}${ofRecording(recordingId)} is damaged: its bytes are not those that were filed. Restore it from the backup.`,
})
