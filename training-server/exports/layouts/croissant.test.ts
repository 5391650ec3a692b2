import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, matchesGlob } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, expect, test } from 'vitest'
import { type ExportLayout, exportLayoutSchema } from '@spira/shared/protocol/exportsApi.ts'
import { writeArchive } from '../writeArchive.ts'
import { croissant } from './croissant.ts'
import { filesOf } from './index.ts'
import { memorySource, tone } from './testing/memorySource.ts'

/**
 * The description of each layout, expanded as JSON-LD says for a context of terms alone, under the rules of Croissant 1.0 as its reference
 * reader checks them (python/mlcroissant/mlcroissant/_src/structure_graph/nodes/*.py of https://github.com/mlcommons/croissant at
 * 401f6ff: __post_init__ and check_graph), and against the archive's own files.
 */
const folder = mkdtempSync(join(tmpdir(), 'spira-croissant-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const source = memorySource([tone(140, 0.6), tone(220, 0.5), tone(95, 0.7)])

const SC = 'https://schema.org/'
const CR = 'http://mlcommons.org/croissant/'
const DCT = 'http://purl.org/dc/terms/'
type Node = Readonly<Record<string, unknown>>
const nodes = (of: unknown): Node[] => (Array.isArray(of) ? (of as Node[]) : [])
const ids = (of: unknown): unknown[] => nodes(of).map((node) => node['@id'])
const only = (of: unknown): unknown => {
  const [value, ...more] = nodes(of)
  if (more.length > 0) throw new Error(`more than one: ${JSON.stringify(of)}`)
  return value?.['@value'] ?? value?.['@id']
}

/** What each kind of node may say, by its full name: a term that the context does not know would land outside. */
const MAY_SAY: Readonly<Record<string, readonly string[]>> = {
  [`${SC}Dataset`]: [
    ...['name', 'description', 'license', 'url', 'version', 'datePublished', 'distribution'].map((name) => SC + name),
    `${DCT}conformsTo`,
    `${CR}citeAs`,
    `${CR}recordSet`,
  ],
  [`${CR}FileObject`]: ['name', 'contentUrl', 'encodingFormat', 'sha256', 'containedIn'].map((name) => SC + name),
  [`${CR}FileSet`]: [...['name', 'encodingFormat', 'containedIn'].map((name) => SC + name), `${CR}includes`],
  [`${CR}RecordSet`]: [`${SC}name`, `${CR}key`, `${CR}field`],
  [`${CR}Field`]: [`${SC}name`, `${CR}dataType`, `${CR}source`],
}

const made = new Map<ExportLayout, ReturnType<typeof describe>>()
/** Written once a layout. */
function described(layout: ExportLayout): ReturnType<typeof describe> {
  const now = made.get(layout) ?? describe(layout)
  made.set(layout, now)
  return now
}

async function describe(layout: ExportLayout) {
  const path = join(folder, `${layout}.zip`)
  const archive = await writeArchive(filesOf(source, layout), path)
  const into = join(folder, layout)
  execFileSync('python3', [
    '-c',
    'import zipfile,sys; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])',
    path,
    into,
  ])
  const document = croissant(source, layout, { fileName: `${layout}.zip`, ...archive })
  const { '@context': context, ...said } = JSON.parse(JSON.stringify(document)) as { '@context': Context }
  return { archive, into, dataset: expanded(context, said) }
}

type Term = string | { readonly '@id': string; readonly '@type'?: string }
type Context = Readonly<Record<string, Term>>

/** A term or a compact name as its full one: by the context, else by its prefix, else in the vocabulary. */
function fullName(context: Context, name: string): string {
  const term = context[name]
  if (term !== undefined) return fullName(context, typeof term === 'string' ? term : term['@id'])
  const [prefix = '', rest] = name.split(':')
  const base = context[prefix]
  if (rest !== undefined) return rest.startsWith('//') ? name : typeof base === 'string' ? base + rest : name
  return `${vocabulary(context)}${name}`
}

const vocabulary = ({ '@vocab': vocab }: Context): string => (typeof vocab === 'string' ? vocab : '')

function expanded(context: Context, node: Node): Node {
  const value = (name: string, each: unknown): unknown => {
    if (typeof each === 'object' && each !== null) return expanded(context, { ...each })
    const term = context[name]
    const names = typeof term === 'object' && term['@type'] === '@vocab'
    return names ? { '@id': fullName(context, String(each)) } : { '@value': each }
  }
  return Object.fromEntries(
    Object.entries(node).map(([name, said]): [string, unknown] => {
      const all: unknown[] = Array.isArray(said) ? said : [said]
      if (name === '@id') return [name, said]
      if (name === '@type') return [name, all.map((type) => fullName(context, String(type)))]
      return [fullName(context, name), all.map((each) => value(name, each))]
    }),
  )
}

/** Every file under a folder, or in a tar. */
const namesIn = (path: string): string[] =>
  statSync(path).isDirectory()
    ? readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(path, name)).isFile())
    : execFileSync('tar', ['-tf', path], { encoding: 'utf8' }).trim().split('\n')

async function columnsOf(path: string): Promise<string[]> {
  if (path.endsWith('.csv')) return (readFileSync(path, 'utf8').split('\r\n')[0] ?? '').split(',')
  if (path.endsWith('.jsonl')) return Object.keys(JSON.parse(readFileSync(path, 'utf8').split('\n')[0] ?? '') as object)
  if (path.endsWith('.json')) return Object.keys(JSON.parse(readFileSync(path, 'utf8')) as object)
  const connection = await (await DuckDBInstance.create()).connect()
  const columns = (await connection.runAndReadAll(`describe select * from '${path}'`)).getRowObjectsJson()
  connection.closeSync()
  return columns.map(({ column_name: name }) => (typeof name === 'string' ? name : ''))
}

test.each(exportLayoutSchema.options)(
  'croissant of %s: every term has its meaning, every reference its end',
  async (layout) => {
    const { archive, into, dataset } = await described(layout)
    const distribution = nodes(dataset[`${SC}distribution`])
    const records = nodes(dataset[`${CR}recordSet`])
    const fields = records.flatMap((record) => nodes(record[`${CR}field`]))
    for (const node of [dataset, ...distribution, ...records, ...fields]) {
      const [type = ''] = node['@type'] as string[]
      const said = Object.keys(node).filter((name) => !name.startsWith('@'))
      expect(MAY_SAY[type], type).toEqual(expect.arrayContaining(said))
    }
    expect(only(dataset[`${DCT}conformsTo`])).toBe('http://mlcommons.org/croissant/1.0')
    // metadata.py: mandatory and recommended properties; the version is semantic.
    for (const name of ['name', 'description', 'license', 'url', 'datePublished'])
      expect(only(dataset[SC + name])).toBeTruthy()
    expect(only(dataset[`${SC}version`])).toMatch(/^\d+\.\d+\.\d+(\+[0-9a-f]+)?$/)

    // file_object.py, file_set.py
    const known = new Map(distribution.map((node) => [node['@id'], node]))
    expect(known.size).toBe(distribution.length)
    const pathsOf = (id: unknown): string[] => {
      const node = known.get(id)
      if (node === undefined) throw new Error(`${String(id)} is not described`)
      if (id === 'archive') return [into]
      const within = pathsOf(ids(node[`${SC}containedIn`])[0])
      const url = only(node[`${SC}contentUrl`])
      const pattern = String(only(node[`${CR}includes`]))
      return within.flatMap((path) =>
        (url === undefined
          ? namesIn(path).filter((name) => matchesGlob(name, pattern))
          : [typeof url === 'string' ? url : '']
        ).map((name) => join(path, name)),
      )
    }
    for (const node of distribution) {
      expect(only(node[`${SC}encodingFormat`])).toMatch(/^[a-z]+\/[a-z-]+$/)
      expect(pathsOf(node['@id']).length).toBeGreaterThan(0)
      if (node['@type']?.toString() !== `${CR}FileObject`) continue
      const path = node['@id'] === 'archive' ? null : String(only(node[`${SC}contentUrl`]))
      const sum =
        path === null
          ? archive.sha256
          : createHash('sha256')
              .update(readFileSync(join(into, path)))
              .digest('hex')
      expect(only(node[`${SC}sha256`])).toBe(sum)
    }

    // record_set.py, field.py, source.py
    expect(records.map((record) => record['@id'])).toContain('recordings')
    for (const record of records) {
      const own = nodes(record[`${CR}field`])
      const key = ids(record[`${CR}key`])
      expect(key.length).toBeGreaterThan(0)
      for (const id of key) expect(ids(own)).toContain(id)
      for (const field of own) {
        expect([`${SC}Text`, `${SC}Integer`, `${SC}Float`, `${SC}Date`, `${SC}AudioObject`]).toContain(
          only(field[`${CR}dataType`]),
        )
        const [from = {}] = nodes(field[`${CR}source`])
        const [file, ...files] = [...ids(from[`${CR}fileObject`]), ...ids(from[`${CR}fileSet`])]
        expect([known.has(file), files]).toEqual([true, []])
        const [extract = {}] = nodes(from[`${CR}extract`])
        const [way, ...ways] = Object.keys(extract)
        expect(ways).toEqual([])
        expect([`${CR}column`, `${CR}jsonPath`]).toContain(way)
        const named = String(only(extract[way ?? ''])).replace(/^\$\./, '')
        const [path = ''] = pathsOf(file)
        if (layout === 'webdataset') expect(Object.keys(firstJson(into))).toContain(named)
        else expect(await columnsOf(path)).toContain(named)
      }
    }
  },
)

const firstJson = (into: string): object => {
  const tar = join(into, 'spira-000000.tar')
  const name = namesIn(tar).find((each) => each.endsWith('.json')) ?? ''
  return JSON.parse(execFileSync('tar', ['-xOf', tar, name], { encoding: 'utf8' })) as object
}
