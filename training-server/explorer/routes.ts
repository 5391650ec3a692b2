import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { idSchema } from '@spira/shared/protocol/ids.ts'
import { recordingFiltersSchema } from '@spira/shared/protocol/recordingFilters.ts'
import {
  FACETS,
  facetsReplySchema,
  facetValuesQuerySchema,
  facetValuesReplySchema,
  placesQuerySchema,
  placesReplySchema,
  recordingDetailSchema,
  recordingsQuerySchema,
  recordingsReplySchema,
  savedFilterSchema,
  saveFilterBodySchema,
} from '@spira/shared/protocol/recordingsApi.ts'
import { accountOf } from '../accounts/consoleGate.ts'
import type { ServerContext } from '../server/context.ts'
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
      { schema: { querystring: recordingsQuerySchema, response: { 200: recordingsReplySchema } } },
      (request) => listRecordings(context, request.query),
    )
    app.get(
      '/recordings/places',
      { schema: { querystring: placesQuerySchema, response: { 200: placesReplySchema } } },
      (request) => placesOf(context, request.query),
    )
    app.get(
      '/recordings/facets',
      { schema: { querystring: recordingFiltersSchema, response: { 200: facetsReplySchema } } },
      (request) => facetsOf(context, request.query),
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
      (request) => facetValuesOf(context, request.params.facet, request.query),
    )
    app.get('/recordings/:id', { schema: { params: one, response: { 200: recordingDetailSchema } } }, (request) =>
      recordingDetail(context, request.params.id),
    )

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
