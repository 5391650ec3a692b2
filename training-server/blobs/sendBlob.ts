import type { FastifyReply, FastifyRequest } from 'fastify'
import { byteRange } from './byteRange.ts'
import type { BlobStore } from './blobStore.ts'

/**
 * A blob as the answer, in whole or the range that was asked for: a player seeks, a download goes on where it broke off. The
 * blob's hash is the entity tag, so a range never continues another file. Nothing of a voice stays in a browser's cache.
 *
 * @returns what is read of it, for the audit log (audit/auditReading.ts).
 */
export async function prepareBlob(
  blobs: BlobStore,
  sha256: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<{ readonly reads: 'from-the-start' | 'a-later-part' | 'nothing'; send(): Promise<FastifyReply> }> {
  const size = await blobs.size(sha256)
  const tag = `"${sha256}"`
  const sameFile = request.headers['if-range'] === undefined || request.headers['if-range'] === tag
  const range = sameFile ? byteRange(request.headers.range, size) : null
  reply.header('accept-ranges', 'bytes').header('etag', tag).header('cache-control', 'private, no-store')
  if (range === 'unsatisfiable')
    return { reads: 'nothing', send: async () => reply.code(416).header('content-range', `bytes */${size}`).send() }
  const { start, end } = range ?? { start: 0, end: size - 1 }
  if (range !== null) reply.code(206).header('content-range', `bytes ${start}-${end}/${size}`)
  reply.header('content-length', end - start + 1)
  return {
    reads: request.method !== 'GET' ? 'nothing' : start === 0 ? 'from-the-start' : 'a-later-part',
    send: async () => reply.send(await blobs.open(sha256, { start, end })),
  }
}
