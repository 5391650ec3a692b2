import { parseArgs } from 'node:util'
import { makeLog } from '../../server/log.ts'
import { dataFolderOf } from '../../server/dataFolder.ts'
import { openContext } from '../../server/openContext.ts'
import { createEnrolmentCode, ensureSite, hasDevice } from '../../fleet/enrolmentCodes.ts'
import { UsageError, type Verb } from '../verb.ts'

const verb: Verb = {
  summary: 'print a one-time code that enrols one device',
  help: `spira enrolment-code [--site NAME] [--simulated] [--unless-enrolled] [--data DIR] [--json]

  --site NAME   the device's site; made when there is none of this name (default: Demo site)
  --simulated   a site made now holds simulated data only
  --unless-enrolled  no code when the site has a device already: then "code" is null`,
  async run(args) {
    const options = parse(args)
    const opened = await openContext({
      dataFolder: dataFolderOf(options.data),
      databaseUrl: process.env['DATABASE_URL'],
      log: makeLog({ level: 'warn' }),
    })
    try {
      const site = await ensureSite(opened.context, { name: options.site, simulated: options.simulated })
      if (options.unlessEnrolled && (await hasDevice(opened.context, site.id))) {
        console.log(options.json ? JSON.stringify({ code: null, site }) : `"${site.name}" has a device already.`)
        return 0
      }
      const { code, expiresAt } = await createEnrolmentCode(opened.context, {
        siteId: site.id,
        createdBy: 'command-line',
      })
      const reply = { code, expiresAt: expiresAt.toISOString(), site }
      console.log(
        options.json ? JSON.stringify(reply) : `${code}   for one device of "${site.name}", until ${reply.expiresAt}`,
      )
      return 0
    } finally {
      await opened.close()
    }
  },
}
export default verb

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        site: { type: 'string' },
        simulated: { type: 'boolean' },
        'unless-enrolled': { type: 'boolean' },
        data: { type: 'string' },
        json: { type: 'boolean' },
      },
    })
    const {
      site = 'Demo site',
      simulated = false,
      'unless-enrolled': unlessEnrolled = false,
      data,
      json = false,
    } = values
    return { site, simulated, unlessEnrolled, data, json }
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}
