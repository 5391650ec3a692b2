import { rename, rm, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { exportLayoutSchema, exportRequestSchema } from '@spira/shared/protocol/exportsApi.ts'
import { appendAudit } from '../../audit/auditLog.ts'
import { exportPreview } from '../../exports/exportPreview.ts'
import { exportSource } from '../../exports/exportSource.ts'
import { filesOf } from '../../exports/layouts/index.ts'
import { writeArchive } from '../../exports/writeArchive.ts'
import { withServerContext } from '../serverContext.ts'
import { UsageError, type Verb } from '../verb.ts'

const verb: Verb = {
  summary: 'write a dataset version in the form a tool reads',
  help: `spira export --dataset NAME --layout LAYOUT [--out FILE.zip] [--audio wav|flac] [--dry-run] [--json] [--data DIR]

  --dataset   name or id of the dataset version
  --layout    ${exportLayoutSchema.options.join(', ')}
  --out       default: spira-<hash>-<layout>.zip here; never replaces a file that is there
  --audio     default: wav
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
      })
      if (!parsed.success) throw new UsageError(`"${values.layout}" or "${values.audio}" is not one of the choices.`)
      const request = parsed.data
      if (values['dry-run']) {
        const preview = await exportPreview(context, request)
        console.log(values.json ? JSON.stringify(preview) : JSON.stringify(preview, null, 2))
        return 0
      }
      const out = resolve(values.out ?? `spira-${version.contentHash.slice(0, 12)}-${request.layout}.zip`)
      if ((await stat(out).catch(() => null)) !== null)
        throw new Error(`${out} is there already. Choose another --out.`)
      const source = await exportSource(context, request)
      const part = `${out}.part`
      try {
        const { byteLength, sha256 } = await writeArchive(
          filesOf(source, request.layout),
          part,
          progress(source.items.length),
        )
        await rename(part, out)
        await context.db.transaction().execute((trx) =>
          appendAudit(trx, {
            actor: 'server',
            action: 'export.made',
            subject: `dataset-version:${version.id}`,
            details: { sha256, recordings: source.items.length, layout: request.layout },
          }),
        )
        console.log(values.json ? JSON.stringify({ file: out, byteLength, sha256 }) : `${sha256}  ${out}`)
      } finally {
        await rm(part, { force: true })
      }
      return 0
    })
  },
}
export default verb

/** A line that counts, where somebody looks. */
function progress(recordings: number): (done: number) => void {
  if (!process.stderr.isTTY) return () => undefined
  return (done) => void process.stderr.write(`\r${Math.min(done, recordings)} of ${recordings} recordings`)
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        dataset: { type: 'string' },
        layout: { type: 'string' },
        out: { type: 'string' },
        audio: { type: 'string', default: 'wav' },
        'dry-run': { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        data: { type: 'string' },
      },
    })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}
