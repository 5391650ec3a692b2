import { parseArgs } from 'node:util'
import { checkIntegrity } from '../../server/integrity.ts'
import { withServerContext } from '../serverContext.ts'
import type { Verb } from '../verb.ts'

const verb: Verb = {
  summary: 'read every stored file and say what is damaged, missing or left over',
  help: `spira doctor [--data DIR] [--json]

  Reads everything and changes nothing; the server may run meanwhile. Exit code 1 when something was found.`,
  async run(args) {
    const { data, json } = parse(args)
    return withServerContext(data, async (context) => {
      const findings = await checkIntegrity(context)
      if (json === true) console.log(JSON.stringify(findings))
      else for (const { sentence } of findings) console.log(sentence)
      if (json !== true && findings.length === 0)
        console.log('Every stored file is what was filed, and the audit log is whole.')
      return findings.length === 0 ? 0 : 1
    })
  },
}
export default verb

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options: { data: { type: 'string' }, json: { type: 'boolean' } } }).values
}
