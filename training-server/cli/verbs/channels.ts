import { parseArgs } from 'node:util'
import { changeChannel, listChannels, makeChannel } from '../../releases/channels.ts'
import { channelBodySchema } from '@spira/shared/protocol/rollouts.ts'
import type { ServerContext } from '../../server/context.ts'
import { withServerContext } from '../serverContext.ts'
import { UsageError, type Verb } from '../verb.ts'

const verb: Verb = {
  summary: 'parts of the fleet that a release can be for: list, make, rename, say who is in it',
  help: `spira channels [--data DIR] [--json]
      the channels, and the sites and devices of each
spira channels NAME [--rename NAME] [--sites NAME,NAME] [--devices ID,ID] [--data DIR] [--json]
      makes the channel where there is none of that name; else changes what is given and leaves the rest

  --rename   another name for it
  --sites    every device of these sites, in the place of the sites before; "" for none
  --devices  these devices besides, by their ids; "" for none
  --data DIR the server's data folder (default: SPIRA_DATA, or .data in the checkout)

  A release is sent to a channel with: spira release VERSION … --channel NAME`,
  async run(args) {
    const { name, values } = parse(args)
    return withServerContext(values.data, async (context) => {
      if (name !== null) await set(context, name, values)
      const channels = await listChannels(context)
      const siteNames = new Map(
        (await context.db.selectFrom('sites').select(['id', 'name']).execute()).map(({ id, name: site }) => [id, site]),
      )
      if (values.json === true) console.log(JSON.stringify(channels))
      else if (channels.length === 0) console.log('There is no channel: every release is for everybody.')
      for (const channel of values.json === true ? [] : channels) {
        const sites = channel.siteIds.map((id) => siteNames.get(id) ?? id)
        console.log(`${channel.name}: ${[...sites, ...channel.deviceIds].join(', ') || 'nobody'}`)
      }
      return 0
    })
  },
}
export default verb

async function set(
  context: ServerContext,
  name: string,
  { rename, sites, devices }: ReturnType<typeof parse>['values'],
): Promise<void> {
  const there = (await listChannels(context)).find((channel) => channel.name === name)
  const members = channelBodySchema.parse({
    name: rename ?? name,
    siteIds: sites === undefined ? (there?.siteIds ?? []) : await sitesNamed(context, listed(sites)),
    deviceIds: devices === undefined ? (there?.deviceIds ?? []) : listed(devices),
  })
  if (there === undefined) await makeChannel(context, members, 'command-line')
  else await changeChannel(context, { id: there.id, ...members }, 'command-line')
}

const listed = (text: string): string[] => text.split(',').flatMap((one) => (one.trim() === '' ? [] : [one.trim()]))

async function sitesNamed({ db }: ServerContext, names: readonly string[]): Promise<string[]> {
  const sites = new Map(
    (await db.selectFrom('sites').select(['id', 'name']).execute()).map(({ id, name }) => [name, id]),
  )
  return names.map((name) => {
    const id = sites.get(name)
    if (id === undefined) throw new Error(`There is no site "${name}".`)
    return id
  })
}

function parse(args: readonly string[]) {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rename: { type: 'string' },
      sites: { type: 'string' },
      devices: { type: 'string' },
      data: { type: 'string' },
      json: { type: 'boolean' },
    },
  })
  const [name, ...more] = positionals
  if (more.length > 0) throw new UsageError('It takes one NAME.')
  const { rename, sites, devices } = values
  if (name === undefined && [rename, sites, devices].some((value) => value !== undefined))
    throw new UsageError('To change a channel it takes its NAME.')
  return { name: name ?? null, values }
}
