import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { cohortSchema } from '@spira/shared/protocol/cohortApi.ts'
import { freezeDataset } from '../../datasets/freeze.ts'
import { withServerContext } from '../serverContext.ts'
import { UsageError, type Verb } from '../verb.ts'

const verb: Verb = {
  summary: 'freeze what is usable now, or a cohort of it, as a dataset version',
  help: `spira freeze NAME [--description TEXT] [--cohort COHORT.json] [--data DIR] [--json]

  NAME           the version's name; frozen again under it with nothing changed, it answers with the version that is there
  --cohort FILE  the rules of a cohort as JSON (shared/protocol/cohortApi.ts), as the console's cohort page shows them
  --data DIR     the server's data folder (default: SPIRA_DATA, or .data in the checkout)

  Exit code 1: nothing is usable, the same content is frozen under another name, or the name is taken.`,
  async run(args) {
    const { name, values } = parse(args)
    const cohort =
      values.cohort === undefined
        ? undefined
        : cohortSchema.parse(JSON.parse(await readFile(values.cohort, 'utf8')) as unknown)
    return withServerContext(values.data, async (context) => {
      const { description = '' } = values
      const version = await freezeDataset(context, { name, description, frozenBy: 'command-line', cohort })
      if (values.json === true) console.log(JSON.stringify(version))
      else
        console.log(
          `dataset version "${version.name}" ${version.id}: ${version.recordings} recordings of ${version.participants} participants (${version.present} present, ${version.absent} absent), content ${version.contentHash}`,
        )
      return 0
    })
  },
}
export default verb

function parse(args: readonly string[]) {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      description: { type: 'string' },
      cohort: { type: 'string' },
      data: { type: 'string' },
      json: { type: 'boolean' },
    },
  })
  const [name, ...more] = positionals
  if (name === undefined || name.trim() === '' || more.length > 0) throw new UsageError('It takes one NAME.')
  return { name: name.trim(), values }
}
