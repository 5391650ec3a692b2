import type { FastifyRequest } from 'fastify'
import { isUnseenFilter, isUnseenSort, judgesByEar } from '@spira/shared/protocol/annotatorSight.ts'
import type { Role } from '@spira/shared/protocol/consoleApi.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import type { RecordingFilters, RecordingSort } from '@spira/shared/protocol/recordingFilters.ts'
import { accountOf } from '../accounts/consoleGate.ts'

type Asked = RecordingFilters & { readonly sort?: RecordingSort }

/**
 * The role of who asks for recordings by a query. How many rows a filter leaves, and which come first, say what the rows no longer do.
 *
 * @param facet whose values are asked for.
 * @throws SpiraError forbidden, where an annotator names something that one is not told (shared/protocol/annotatorSight.ts)
 */
export function seenBy(request: FastifyRequest<{ Querystring: Asked }>, facet?: string): Role {
  const { role } = accountOf(request)
  if (!judgesByEar(role)) return role
  const { sort = 'newest', ...filters } = request.query
  const named = Object.entries(filters).flatMap(([name, value]) => (value === undefined ? [] : name))
  if (isUnseenSort(sort) || [...named, facet ?? ''].some(isUnseenFilter)) throw new SpiraError('forbidden')
  return role
}
