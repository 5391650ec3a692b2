import type { Readable } from 'node:stream'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Account } from '@spira/shared/protocol/consoleApi.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import { IMPORT_LIMITS, type ImportDetail, type ImportRow } from '@spira/shared/protocol/importsApi.ts'
import type { Page } from '@spira/shared/protocol/page.ts'
import type { ServerContext } from '../server/context.ts'
import { idOf, type IdPage, toPage } from '../server/page.ts'
import type { Decoder } from './audio/decoder.ts'
import { columnsOf, guessMapping } from './guess.ts'
import { type ImportList, listOfFiles, readList } from './list.ts'
import type { StagedFile } from './plan.ts'
import { cleanPath, makeImportFolder, receive, removeImportFolder, wavPath } from './staging.ts'

type Context = Pick<ServerContext, 'db' | 'folders'>

const COLUMNS = ['id', 'name', 'status', 'recordings', 'participants', 'createdBy', 'createdAt', 'filedAt'] as const

export async function createImport(context: Context, name: string, createdBy: string): Promise<ImportRow> {
  const id = newId()
  await context.db
    .insertInto('imports')
    .values({ id, name, status: 'staged', createdBy, createdAt: new Date() })
    .execute()
  return getImport(context, id)
}

/** The newest first. */
export async function listImports(
  { db }: Pick<ServerContext, 'db'>,
  { cursor, limit }: IdPage,
): Promise<Page<ImportRow>> {
  const rows = await db
    .selectFrom('imports')
    .select(COLUMNS)
    .$if(cursor !== undefined, (all) => all.where('id', '<', cursor ?? ''))
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  return toPage(rows, limit, { toItem: toImportRow, cursorOf: idOf })
}

/** @throws SpiraError not_found */
export async function getImport({ db }: Pick<ServerContext, 'db'>, id: string): Promise<ImportRow> {
  const row = await db.selectFrom('imports').select(COLUMNS).where('id', '=', id).executeTakeFirst()
  if (row === undefined) throw new SpiraError('not_found')
  return toImportRow(row)
}

/**
 * Takes a file of the import: a `.csv` becomes its list, anything else is decoded at once, by a process of its own. The same name again
 * takes the place of the one before. @throws SpiraError not_found, import_not_staged, import_file_refused, import_too_large
 */
export async function addFile(
  context: Context,
  decoder: Decoder,
  { importId, path, content }: { importId: string; path: string; content: Readable },
): Promise<void> {
  try {
    await takeFile(context, decoder, { importId, path: cleanPath(path), content })
  } finally {
    // A refusal is read only by who has sent all.
    content.resume()
  }
}

async function takeFile(
  context: Context,
  decoder: Decoder,
  { importId, path, content }: { importId: string; path: string; content: Readable },
): Promise<void> {
  await requireStaged(context, importId)
  const folder = await makeImportFolder(context, importId)
  const id = newId()
  const source = join(folder, `${id}.source`)
  try {
    if (path.toLowerCase().endsWith('.csv')) return await addList(context, importId, content, source)
    await requireRoom(context, importId)
    const byteLength = await receive(content, source, IMPORT_LIMITS.fileBytes)
    const result = await decoder.decode(source, wavPath(context, importId, id))
    await fileRow(context, {
      id,
      importId,
      path,
      byteLength,
      audio: 'audio' in result ? JSON.stringify(result.audio) : null,
      failure: 'failure' in result ? result.failure : null,
    })
  } finally {
    await rm(source, { force: true })
  }
}

async function fileRow(
  context: Context,
  row: {
    id: string
    importId: string
    path: string
    byteLength: number
    audio: string | null
    failure: StagedFile['failure']
  },
): Promise<void> {
  const before = await context.db.transaction().execute(async (trx) => {
    const gone = await trx
      .deleteFrom('importFiles')
      .where('importId', '=', row.importId)
      .where('path', '=', row.path)
      .returning('id')
      .execute()
    await trx.insertInto('importFiles').values(row).execute()
    return gone
  })
  for (const { id } of before) await rm(wavPath(context, row.importId, id), { force: true })
}

async function addList(context: Context, importId: string, content: Readable, source: string): Promise<void> {
  await receive(content, source, IMPORT_LIMITS.listBytes)
  const bytes = await readFile(source)
  const text = decodeText(bytes)
  if (readList(text).rows.length > IMPORT_LIMITS.files)
    throw new SpiraError('import_too_large', { most: `${IMPORT_LIMITS.files} recordings` })
  await context.db.updateTable('imports').set({ list: text }).where('id', '=', importId).execute()
}

/** UTF-8, or what older spreadsheets write. @throws SpiraError import_file_refused for what is no text */
function decodeText(bytes: Uint8Array): string {
  if (bytes.includes(0)) throw new SpiraError('import_file_refused', { detail: 'a list is a text, and this is none' })
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}

async function requireRoom({ db }: Context, importId: string): Promise<void> {
  const { files, bytes } = await db
    .selectFrom('importFiles')
    .select(({ fn }) => [fn.countAll<string>().as('files'), fn.sum<string | null>('byteLength').as('bytes')])
    .where('importId', '=', importId)
    .executeTakeFirstOrThrow()
  if (Number(files) >= IMPORT_LIMITS.files)
    throw new SpiraError('import_too_large', { most: `${IMPORT_LIMITS.files} files` })
  if (Number(bytes ?? 0) >= IMPORT_LIMITS.totalBytes)
    throw new SpiraError('import_too_large', { most: `${IMPORT_LIMITS.totalBytes} bytes` })
}

/** @throws SpiraError not_found, import_not_staged */
export async function requireStaged(context: Pick<ServerContext, 'db'>, id: string): Promise<ImportRow> {
  const row = await getImport(context, id)
  if (row.status !== 'staged') throw new SpiraError('import_not_staged', { status: row.status })
  return row
}

/**
 * What lies ready names files and people as its list does: only who began it and administrators reach it, and only they undo it once it
 * is filed. @throws SpiraError not_found, for everybody else too
 */
export async function requireKeeper(
  { db }: Pick<ServerContext, 'db'>,
  id: string,
  { username, role }: Account,
): Promise<void> {
  const { createdBy } = await getImport({ db }, id)
  if (createdBy !== username && role !== 'administrator') throw new SpiraError('not_found')
}

/** Its list and its files. Without a CSV the files are the list. */
export async function stagedContent(
  { db }: Pick<ServerContext, 'db'>,
  id: string,
): Promise<{ list: ImportList; hasList: boolean; files: (StagedFile & { byteLength: number })[] }> {
  const { list } = await db.selectFrom('imports').select('list').where('id', '=', id).executeTakeFirstOrThrow()
  const rows = await db
    .selectFrom('importFiles')
    .select(['id', 'path', 'byteLength', 'audio', 'failure'])
    .where('importId', '=', id)
    .orderBy('path')
    .execute()
  const files = rows.map((row) => ({ ...row, byteLength: Number(row.byteLength) }))
  return {
    list: list === null ? listOfFiles(files.map(({ path }) => path)) : readList(list),
    hasList: list !== null,
    files,
  }
}

/** @throws SpiraError not_found */
export async function importDetail(context: Pick<ServerContext, 'db'>, id: string): Promise<ImportDetail> {
  const row = await getImport(context, id)
  const { list, hasList, files } = await stagedContent(context, id)
  return {
    ...row,
    files: files.map(({ path, byteLength, audio, failure }) => ({
      path,
      byteLength,
      failure,
      audio:
        audio === null
          ? null
          : {
              format: audio.format,
              sampleRateHz: audio.sampleRateHz,
              channelCount: audio.channelCount,
              durationMs: audio.sampleCount / 16,
            },
    })),
    hasList,
    rows: list.rows.length,
    columns: columnsOf(list),
    guess: guessMapping(list),
  }
}

/** What was not filed goes without a trace. @throws SpiraError not_found, import_not_staged */
export async function discardImport(context: Context, id: string): Promise<void> {
  await requireStaged(context, id)
  const gone = await context.db
    .deleteFrom('imports')
    .where('id', '=', id)
    .where('status', '=', 'staged')
    .executeTakeFirst()
  if (gone.numDeletedRows === 0n) throw new SpiraError('import_not_staged', { status: 'filed' })
  await removeImportFolder(context, id)
}

type Row = Pick<ImportRow, Exclude<keyof ImportRow, 'createdAt' | 'filedAt'>> & {
  readonly createdAt: Date
  readonly filedAt: Date | null
}
const toImportRow = (row: Row): ImportRow => ({
  ...row,
  createdAt: row.createdAt.toISOString(),
  filedAt: row.filedAt?.toISOString() ?? null,
})
