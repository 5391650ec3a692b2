import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { importCarriedFile } from '../../ingest/importCarried.ts'
import { writeFileAtomically } from '../../training/atomicFile.ts'
import { withServerContext } from '../serverContext.ts'
import { UsageError, type Verb } from '../verb.ts'

const verb: Verb = {
  summary: 'file what a device exported to a USB stick',
  help: `spira import-usb FILE.spira [--receipts FILE.json] [--data DIR] [--json]

  FILE.spira        as the device's synchronisation page exported it
  --receipts FILE   where the receipts for the device go (default: FILE.spira.receipts.json); carried back and opened at the
                    device, they mark what is filed as sent. Without them the device finds out at its next contact.
  --data DIR        the server's data folder (default: SPIRA_DATA, or .data in the checkout)`,
  async run(args) {
    const { file, receipts = `${file}.receipts.json`, data, json } = parse(args)
    return withServerContext(data, async (context) => {
      const imported = await importCarriedFile(context, createReadStream(file), 'command-line')
      await writeFileAtomically(receipts, JSON.stringify(imported.receipts))
      const { events, audios } = imported
      const { rejected } = imported.receipts
      console.log(
        json
          ? JSON.stringify({ events, audios, rejected, receipts })
          : `${basename(file)}: ${events} events and ${audios} recordings filed, ${rejected.length} refused; receipts for the device in ${receipts}`,
      )
      for (const { code, message } of json ? [] : rejected) console.log(`  ${code}: ${message}`)
      return rejected.length === 0 ? 0 : 1
    })
  },
}
export default verb

function parse(args: readonly string[]) {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { receipts: { type: 'string' }, data: { type: 'string' }, json: { type: 'boolean' } },
  })
  const [file, ...rest] = positionals
  if (file === undefined || rest.length > 0) throw new UsageError('name one file')
  return { file, ...values, json: values.json === true }
}
