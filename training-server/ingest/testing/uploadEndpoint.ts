import { afterAll } from 'vitest'
import { withTestDatabase } from '../../db/testDatabase.ts'
import { buildServer } from '../../server/app.ts'
import type { ServerContext } from '../../server/context.ts'
import { TestDevice } from '../testDevice.ts'

/** A server that listens, over the stores a test chose, and a device that is enrolled there. */
export interface UploadEndpoint {
  readonly context: ServerContext
  readonly app: Awaited<ReturnType<typeof buildServer>>
  /** Its address. */
  readonly server: string
  readonly device: TestDevice
}

/** @param stores others than those in the data folder. */
export async function openUploadEndpoint(
  stores: Partial<Pick<ServerContext, 'blobs' | 'uploads'>> = {},
): Promise<UploadEndpoint> {
  const context = { ...(await withTestDatabase()).context, ...stores }
  const app = await buildServer(context)
  afterAll(() => app.close())
  const server = await app.listen({ host: '127.0.0.1', port: 0 })
  return { context, app, server, device: await TestDevice.enrol(app, context) }
}
