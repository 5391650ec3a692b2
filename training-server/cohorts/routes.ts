import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { cohortPreviewSchema, cohortSchema } from '@spira/shared/protocol/cohortApi.ts'
import type { ServerContext } from '../server/context.ts'
import { selectCohort } from './selectCohort.ts'

/** What a cohort would hold, before it is frozen. */
export const cohortRoutes =
  ({ db }: ServerContext): FastifyPluginAsyncZod =>
  async (app) => {
    app.post(
      '/cohorts/preview',
      { schema: { body: cohortSchema, response: { 200: cohortPreviewSchema } } },
      async (request) => (await selectCohort(db, request.body)).preview,
    )
  }
