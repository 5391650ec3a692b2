import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import {
  annotatorDetail,
  annotatorFacets,
  annotatorRow,
  judgesByEar,
  shownDetailSchema,
  shownFacetsSchema,
  shownRecordingsSchema,
} from '@spira/shared/protocol/annotatorSight.ts'
import { idSchema } from '@spira/shared/protocol/ids.ts'
import { recordingFiltersSchema } from '@spira/shared/protocol/recordingFilters.ts'
import {
  FACETS,
  facetValuesQuerySchema,
  facetValuesReplySchema,
  placesQuerySchema,
  placesReplySchema,
  recordingsQuerySchema,
  savedFilterSchema,
  saveFilterBodySchema,
} from '@spira/shared/protocol/recordingsApi.ts'
import { accountOf } from '../accounts/consoleGate.ts'
import type { ServerContext } from '../server/context.ts'
import { seenBy } from './annotatorRefusal.ts'
import { facetsOf, facetValuesOf } from './facets.ts'
import { listRecordings, placesOf } from './listRecordings.ts'
import { recordingDetail } from './recordingDetail.ts'
import { removeFilter, savedFilters, saveFilter } from './savedFilters.ts'

/** To find recordings among many. */
export const explorerRoutes =
  (context: ServerContext): FastifyPluginAsyncZod =>
  async (app) => {
    const one = z.object({ id: idSchema })
    app.get(
      '/recordings',
      { schema: { querystring: recordingsQuerySchema, response: { 200: shownRecordingsSchema } } },
      async (request) => {
        const role = seenBy(request)
        const reply = await listRecordings(context, request.query)
        return judgesByEar(role) ? { ...reply, items: reply.items.map(annotatorRow) } : reply
      },
    )
    app.get(
      '/recordings/places',
      { schema: { querystring: placesQuerySchema, response: { 200: placesReplySchema } } },
      (request) => {
        seenBy(request)
        return placesOf(context, request.query)
      },
    )
    app.get(
      '/recordings/facets',
      { schema: { querystring: recordingFiltersSchema, response: { 200: shownFacetsSchema } } },
      async (request) => {
        const role = seenBy(request)
        const reply = await facetsOf(context, request.query)
        return judgesByEar(role) ? annotatorFacets(reply) : reply
      },
    )
    app.get(
      '/recordings/facets/:facet',
      {
        schema: {
          params: z.object({ facet: z.enum(FACETS) }),
          querystring: facetValuesQuerySchema,
          response: { 200: facetValuesReplySchema },
        },
      },
      (request) => {
        seenBy(request, request.params.facet)
        return facetValuesOf(context, request.params.facet, request.query)
      },
    )
    app.get('/recordings/:id', { schema: { params: one, response: { 200: shownDetailSchema } } }, async (request) => {
      const detail = await recordingDetail(context, request.params.id)
      return judgesByEar(accountOf(request).role) ? annotatorDetail(detail) : detail
    })

    const mine = z.array(savedFilterSchema)
    app.get('/saved-filters', { schema: { response: { 200: mine } } }, (request) =>
      savedFilters(context, accountOf(request).id),
    )
    app.post('/saved-filters', { schema: { body: saveFilterBodySchema, response: { 200: mine } } }, (request) =>
      saveFilter(context, accountOf(request).id, request.body),
    )
    app.delete('/saved-filters/:id', { schema: { params: one, response: { 200: mine } } }, (request) =>
      removeFilter(context, accountOf(request).id, request.params.id),
    )
  }
