import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { carriedRelease } from '../../releases/carriedRelease.ts'
import { withServerContext } from '../serverContext.ts'
import { UsageError, type Verb } from '../verb.ts'

const verb: Verb = {
  summary: 'write the releases in force as one file, for clinics without a network',
  help: `spira carry-release FILE.tar [--data DIR]

  FILE.tar    carry it to the clinic on a USB stick; "Load a release from a file" at the bedside verifies it like one from
              the network. The signed timestamp in it holds for a week: carry it within that time.
  --data DIR  the server's data folder (default: SPIRA_DATA, or .data in the checkout)`,
  async run(args) {
    const { file, data } = parse(args)
    return withServerContext(data, async (context) => {
      await pipeline(await carriedRelease(context), createWriteStream(file, { flags: 'wx', mode: 0o644 }))
      console.log(`${file} holds the releases in force.`)
      return 0
    })
  },
}
export default verb

function parse(args: readonly string[]) {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { data: { type: 'string' } },
    allowPositionals: true,
  })
  const [file, ...more] = positionals
  if (file === undefined || more.length > 0) throw new UsageError('It needs one FILE.tar.')
  return { file, data: values.data }
}
