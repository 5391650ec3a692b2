import { parseArgs } from 'node:util'
import { createEnrolmentCode, ensureSite, hasDevice } from '../../fleet/enrolmentCodes.ts'
import { withServerContext } from '../serverContext.ts'
import type { Verb } from '../verb.ts'

const verb: Verb = {
  summary: 'print a one-time code that enrols one device',
  help: `spira enrolment-code [--site NAME] [--simulated] [--unless-enrolled] [--data DIR] [--json]

  --site NAME   the device's site; made when there is none of this name (default: Demo site)
  --simulated   a site made now holds simulated data only
  --unless-enrolled  no code when the site has a device already: then "code" is null`,
  async run(args) {
    const options = parse(args)
    return withServerContext(options.data, async (context) => {
      const site = await ensureSite(context, { name: options.site, simulated: options.simulated })
      if (options.unlessEnrolled && (await hasDevice(context, site.id))) {
        console.log(options.json ? JSON.stringify({ code: null, site }) : `"${site.name}" has a device already.`)
        return 0
      }
      const { code, expiresAt } = await createEnrolmentCode(context, {
        siteId: site.id,
        createdBy: 'command-line',
      })
      const reply = { code, expiresAt: expiresAt.toISOString(), site }
      console.log(
        options.json ? JSON.stringify(reply) : `${code}   for one device of "${site.name}", until ${reply.expiresAt}`,
      )
      return 0
    })
  },
}
export default verb

function parse(args: readonly string[]) {
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
}
