import { rename, rm, stat, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { basename, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { exportLayoutSchema, exportRequestSchema } from '@spira/shared/protocol/exportsApi.ts'
import { exportPreview } from '../../exports/exportPreview.ts'
import { letGo, writeExport } from '../../exports/writeExport.ts'
import { withServerContext } from '../serverContext.ts'
import { UsageError, type Verb } from '../verb.ts'

const verb: Verb = {
  summary: 'write a dataset version in the form a tool reads',
  help: `spira export --dataset NAME --layout LAYOUT [--out FILE.zip] [--audio wav|flac] [--clear COLUMN]
             [--dry-run] [--json] [--data DIR]

  --dataset   name or id of the dataset version
  --layout    ${exportLayoutSchema.options.join(', ')}
  --out       default: spira-<hash>-<layout>.zip here; beside it FILE.zip.sha256 and FILE.zip.croissant.json;
              never replaces a file that is there
  --audio     default: wav
  --clear     a free-text column that you have read and found to identify nobody: label_cause
  --dry-run   say what would leave, and write nothing
  --data      the server's data folder (default: SPIRA_DATA, or .data in the checkout)`,
  async run(args) {
    const { values } = parse(args)
    if (values.dataset === undefined || values.layout === undefined)
      throw new UsageError('It needs --dataset and --layout.')
    return withServerContext(values.data, async (context) => {
      const version = await context.db
        .selectFrom('datasetVersions')
        .select(['id', 'contentHash'])
        .where((is) =>
          is.or([is('name', '=', values.dataset ?? ''), is(is.cast<string>('id', 'text'), '=', values.dataset ?? '')]),
        )
        .executeTakeFirst()
      if (version === undefined) throw new Error(`There is no dataset version "${values.dataset}".`)
      const parsed = exportRequestSchema.safeParse({
        datasetVersionId: version.id,
        layout: values.layout,
        audio: values.audio,
        clearedText: values.clear,
      })
      if (!parsed.success)
        throw new UsageError(
          `"${[values.layout, values.audio, ...values.clear].join('" or "')}" is not one of the choices.`,
        )
      const request = parsed.data
      if (values['dry-run']) {
        const preview = await exportPreview(context, request)
        console.log(values.json ? JSON.stringify(preview) : JSON.stringify(preview, null, 2))
        return 0
      }
      const out = resolve(values.out ?? `spira-${version.contentHash.slice(0, 12)}-${request.layout}.zip`)
      const beside = { checksum: `${out}.sha256`, croissant: `${out}.croissant.json` }
      for (const path of [out, beside.checksum, beside.croissant])
        if ((await stat(path).catch(() => null)) !== null)
          throw new Error(`${path} is there already. Choose another --out.`)
      const part = `${out}.part`
      try {
        const fileName = basename(out)
        const written = await writeExport(context, request, { path: part, fileName, onSound: progress() })
        await letGo(context, request, written, { actor: commandLineUser(), subject: `dataset-version:${version.id}` })
        await rename(part, out)
        await writeFile(beside.checksum, `${written.sha256}  ${fileName}\n`)
        await writeFile(beside.croissant, `${JSON.stringify(written.croissant, null, 2)}\n`)
        const { byteLength, sha256 } = written
        console.log(values.json ? JSON.stringify({ file: out, byteLength, sha256 }) : `${sha256}  ${out}`)
      } finally {
        await rm(part, { force: true })
      }
      return 0
    })
  },
}
export default verb

/** Who is to delete what a withdrawal takes back: the person whom the operating system knows. */
function commandLineUser(): string {
  try {
    return `command-line:${userInfo().username}`
  } catch {
    // A container may run under a number that has no name.
    return `command-line:uid-${process.getuid?.() ?? 'unknown'}`
  }
}

/** A line that counts, where somebody looks. */
function progress(): (share: number) => void {
  if (!process.stderr.isTTY) return () => undefined
  return (share) => void process.stderr.write(`\r${Math.floor(share * 100)} % of the sound`)
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    options: {
      dataset: { type: 'string' },
      layout: { type: 'string' },
      out: { type: 'string' },
      audio: { type: 'string', default: 'wav' },
      clear: { type: 'string', multiple: true, default: [] },
      'dry-run': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      data: { type: 'string' },
    },
  })
}
