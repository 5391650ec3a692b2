import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { backupStateSchema } from '@spira/shared/protocol/careApi.ts'
import { actorOf } from '../accounts/consoleGate.ts'
import type { ServerContext } from '../server/context.ts'
import { ServerBackup } from './serverBackup.ts'

/** The server's own backup: when it was made last, and one more. */
export const backupRoutes =
  (context: ServerContext): FastifyPluginAsyncZod =>
  async (app) => {
    const own = new ServerBackup(context)
    app.addHook('onClose', () => own.settled())
    const response = { 200: backupStateSchema }
    app.get('/backup', { schema: { response } }, () => own.state())
    app.post('/backup', { schema: { response } }, (request) => {
      own.begin(actorOf(request))
      return own.state()
    })
  }
