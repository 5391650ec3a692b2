import cookie from '@fastify/cookie'
import rateLimit from '@fastify/rate-limit'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import { CONSOLE_API } from '@spira/shared/protocol/consoleApi.ts'
import { DEVICE_API, healthSchema } from '@spira/shared/protocol/deviceApi.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { PROTOCOL_HEADER, requireCommonProtocol } from '@spira/shared/protocol/protocolVersion.ts'
import { PROTOCOL_VERSION } from '@spira/shared/protocol/records.ts'
import { addConsoleGate } from '../accounts/consoleGate.ts'
import { oidcRoutes } from '../accounts/oidcRoutes.ts'
import { ownRoutes } from '../accounts/ownRoutes.ts'
import { peopleRoutes } from '../accounts/peopleRoutes.ts'
import { accountRoutes } from '../accounts/routes.ts'
import { appUpdateRoutes } from '../appUpdates/routes.ts'
import { auditRoutes } from '../audit/routes.ts'
import { requireDevice } from '../fleet/requireDevice.ts'
import { backupRoutes } from '../backups/routes.ts'
import { deviceProtocolRoutes, protocolRoutes } from '../clinicalProtocol/routes.ts'
import { deviceSignInRoutes, fleetRoutes } from '../fleet/routes.ts'
import { ingestRoutes } from '../ingest/routes.ts'
import { rolloutRoutes } from '../releases/consoleRoutes.ts'
import { tufRoutes } from '../releases/routes.ts'
import { cohortRoutes } from '../cohorts/routes.ts'
import { curationRoutes } from '../curation/routes.ts'
import { datasetRoutes } from '../datasets/routes.ts'
import { explorerRoutes } from '../explorer/routes.ts'
import { exportRoutes } from '../exports/routes.ts'
import { importRoutes } from '../imports/routes.ts'
import { trainingRunRoutes } from '../jobs/routes.ts'
import { lineageRoutes } from '../lineage/routes.ts'
import { modelRoutes } from '../models/routes.ts'
import { monitoringRoutes } from '../monitoring/routes.ts'
import { careRoutes } from '../participants/careRoutes.ts'
import { participantRoutes } from '../participants/routes.ts'
import { withdrawalRoutes } from '../participants/withdrawalRoutes.ts'
import { addApps } from './apps.ts'
import type { ServerContext } from './context.ts'
import { handleError } from './errorHandler.ts'
import { addMetrics } from './metrics.ts'
import { addSecurityHeaders } from './securityHeaders.ts'
import { addShellCors } from './shellCors.ts'
import { addOpenApi } from './openApi.ts'
import { networkMark } from './networkMark.ts'
import { trustedProxies } from './trustedProxies.ts'
import { VERSION } from './version.ts'

export interface ServerSettings {
  /** Whose word for who called is taken (trustedProxies.ts). */
  readonly proxies: string[]
}

/** The whole server, not yet listening: `app.inject` in tests, `app.listen` in main.ts. */
export async function buildServer(
  context: ServerContext,
  { proxies }: ServerSettings = { proxies: trustedProxies(undefined) },
): Promise<FastifyInstance> {
  const loggerInstance: FastifyBaseLogger = context.log
  const app = Fastify({
    loggerInstance,
    // One line a request would name no one and say little; failures are logged by the error handler, times are metrics.
    logController: new LogController({ disableRequestLogging: true }),
    // A reverse proxy on this machine, or one that is listed, may say who called and whether by https.
    trustProxy: proxies,
    bodyLimit: 2 * 1024 * 1024,
    forceCloseConnections: true,
    // A connection on which nothing moves for so long is dead, and a request that takes longer starts anew where it stopped.
    connectionTimeout: 60_000,
    requestTimeout: 15 * 60_000,
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler(handleError)
  app.setNotFoundHandler(() => {
    throw new SpiraError('not_found')
  })

  addSecurityHeaders(app)
  addShellCors(app)
  addMetrics(app)
  await app.register(cookie)
  await app.register(rateLimit, {
    max: 6000,
    timeWindow: '1 minute',
    errorResponseBuilder: (_request, { ttl }) => new SpiraError('rate_limited', { seconds: Math.ceil(ttl / 1000) }),
  })
  await addOpenApi(app)

  app
    .withTypeProvider<ZodTypeProvider>()
    .get('/api/health', { schema: { response: { 200: healthSchema } } }, async ({ ip }) => ({
      service: 'spira-training-server' as const,
      serverId: context.serverId,
      version: VERSION,
      protocolVersions: [PROTOCOL_VERSION],
      time: new Date().toISOString(),
      network: networkMark(ip, context.keys.exports),
    }))
  app.get('/api/openapi.json', { schema: { hide: true } }, async () => app.swagger())

  await app.register(deviceApi(context), { prefix: DEVICE_API })
  await app.register(consoleApi(context), { prefix: CONSOLE_API })
  await app.register(appUpdateRoutes(context), { prefix: '/api/app-updates' })
  await addApps(app)
  return app
}

const deviceApi =
  (context: ServerContext) =>
  async (app: FastifyInstance): Promise<void> => {
    app.addHook('onRequest', async ({ headers }) => {
      const spoken = headers[PROTOCOL_HEADER]
      if (spoken !== undefined) requireCommonProtocol(Number(spoken), [PROTOCOL_VERSION])
    })
    await app.register(deviceSignInRoutes(context))
    await app.register(tufRoutes(context))
    await app.register(async (enrolled) => {
      requireDevice(enrolled, context)
      await enrolled.register(ingestRoutes(context))
      await enrolled.register(deviceProtocolRoutes(context))
    })
  }

const CONSOLE_ROUTES = [
  accountRoutes,
  auditRoutes,
  backupRoutes,
  careRoutes,
  protocolRoutes,
  cohortRoutes,
  curationRoutes,
  datasetRoutes,
  explorerRoutes,
  exportRoutes,
  fleetRoutes,
  importRoutes,
  lineageRoutes,
  modelRoutes,
  monitoringRoutes,
  oidcRoutes,
  ownRoutes,
  participantRoutes,
  peopleRoutes,
  rolloutRoutes,
  trainingRunRoutes,
  withdrawalRoutes,
]

const consoleApi =
  (context: ServerContext) =>
  async (app: FastifyInstance): Promise<void> => {
    addConsoleGate(app, context)
    for (const routes of CONSOLE_ROUTES) await app.register(routes(context))
  }
