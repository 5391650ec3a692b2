import { buffer } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { createReleaseClient } from '@spira/shared/release/client.ts'
import { RELEASE_LIMITS } from '@spira/shared/release/limits.ts'
import type { Role } from '@spira/shared/release/metadata.ts'
import { tarRepository } from '@spira/shared/release/tarRepository.ts'
import { withTestDatabase } from '../db/testDatabase.ts'
import { approveModel } from '../models/approve.ts'
import { registerCandidate } from '../models/registry.ts'
import { trainedRun } from '../models/testing/trainedRun.ts'
import { carriedRelease } from './carriedRelease.ts'
import { ensureRepository } from './repository.ts'

const { context, db } = await withTestDatabase()
await ensureRepository(context)

test('promise 5: the carried file holds what a device verifies, and the model in it is the one released', async () => {
  const run = await trainedRun(context)
  const { modelId } = await registerCandidate(context, run)
  await approveModel(context, modelId, { approvedBy: 'ana', reason: 'for the stick', override: false })
  const carried = new Blob([new Uint8Array(await buffer(await carriedRelease(context)))])
  const root = await db
    .selectFrom('tufMetadata')
    .select('text')
    .where('fileName', '=', '1.root.json')
    .executeTakeFirstOrThrow()
  const stored = new Map<Role, string>([['root', root.text]])
  const client = createReleaseClient({
    fetchBytes: await tarRepository(carried),
    trusted: {
      read: async (role) => stored.get(role) ?? null,
      write: async (role, text) => void stored.set(role, text),
    },
    now: () => new Date(),
    limits: RELEASE_LIMITS,
    channel: 'stable',
  })
  await client.refresh()
  const release = client.currentRelease()
  expect(release?.modelId).toBe(modelId)
  expect(client.rollouts()).toMatchObject([{ modelId, state: 'offered', sharePermille: 1000 }])
  if (release !== null) expect(Buffer.from(await client.download(release.onnx))).toEqual(run.model.onnx)
})
