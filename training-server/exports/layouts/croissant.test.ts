import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, matchesGlob } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import jsonld, { type Quad } from 'jsonld'
import { afterAll, expect, test } from 'vitest'
import { type ExportLayout, exportLayoutSchema } from '@spira/shared/protocol/exportsApi.ts'
import { writeArchive } from '../writeArchive.ts'
import { croissant } from './croissant.ts'
import { filesOf } from './index.ts'
import { memorySource, tone } from './testing/memorySource.ts'

/**
 * The description of each layout as statements, read by Digital Bazaar's JSON-LD processor (RDF: what it would drop, it refuses), under the
 * rules of Croissant 1.0: the properties that its specification requires, and what its reference reader checks
 * (python/mlcroissant/mlcroissant/_src/structure_graph/nodes/*.py of https://github.com/mlcommons/croissant at 401f6ff: __post_init__ and
 * check_graph); and against the archive's own files.
 */
const folder = mkdtempSync(join(tmpdir(), 'spira-croissant-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const source = memorySource([tone(140, 0.6), tone(220, 0.5), tone(95, 0.7)])

/** Where the document lies: its names are relative to it, as the specification says. */
const BASE = 'https://data.example/exports/7/croissant.json'
const here = (id: string): string => new URL(id, BASE).href
const SC = 'https://schema.org/'
const CR = 'http://mlcommons.org/croissant/'
const DCT = 'http://purl.org/dc/terms/'
const TYPE = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#type'

/** What each kind of node may say, by its full name: a term that the context does not know would land outside. */
const MAY_SAY: Readonly<Record<string, readonly string[]>> = {
  [`${SC}Dataset`]: [
    ...['name', 'description', 'license', 'url', 'version', 'datePublished', 'creator', 'distribution'].map(
      (name) => SC + name,
    ),
    `${DCT}conformsTo`,
    `${CR}citeAs`,
    `${CR}recordSet`,
  ],
  [`${SC}Organization`]: [`${SC}name`],
  [`${CR}FileObject`]: ['name', 'contentUrl', 'encodingFormat', 'sha256', 'containedIn'].map((name) => SC + name),
  [`${CR}FileSet`]: [...['name', 'encodingFormat', 'containedIn'].map((name) => SC + name), `${CR}includes`],
  [`${CR}RecordSet`]: [`${SC}name`, `${CR}key`, `${CR}field`],
  [`${CR}Field`]: [`${SC}name`, `${CR}dataType`, `${CR}source`],
}

/** Statements by subject and property. */
class Graph {
  readonly #of: ReadonlyMap<string, readonly Quad[]>
  constructor(quads: readonly Quad[]) {
    this.#of = Map.groupBy(quads, ({ subject }) => subject.value)
  }
  all(subject: string, property: string): string[] {
    return (this.#of.get(subject) ?? [])
      .filter(({ predicate }) => predicate.value === property)
      .map((q) => q.object.value)
  }
  only(subject: string, property: string): string | undefined {
    const [value, ...more] = this.all(subject, property)
    if (more.length > 0) throw new Error(`${subject} says ${property} more than once`)
    return value
  }
  said(subject: string): string[] {
    return [...new Set((this.#of.get(subject) ?? []).map(({ predicate }) => predicate.value))]
  }
  ofType(type: string): string[] {
    return [...this.#of.keys()].filter((subject) => this.all(subject, TYPE).includes(type))
  }
}

/** How many statements a document makes: one for each value of each property, and those of the node that the value is. */
function statements(node: object): number {
  const values = Object.entries(node).flatMap(([name, said]: [string, unknown]) => (name.startsWith('@id') ? [] : said))
  const within = values.map((value: unknown) => (typeof value === 'object' && value !== null ? statements(value) : 0))
  return values.length + within.reduce((sum, own) => sum + own, 0)
}

const noNetwork = (url: string): never => {
  throw new Error(`${url} is not in the document`)
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
  const document = JSON.parse(
    JSON.stringify(croissant(source, layout, { fileName: `${layout}.zip`, ...archive })),
  ) as object
  const quads = await jsonld.toRDF(document, { base: BASE, safe: true, documentLoader: noNetwork })
  return { archive, into, document, quads }
}

/** Every file under a folder, or in a tar. */
const namesIn = (path: string): string[] =>
  statSync(path).isDirectory()
    ? readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(path, name)).isFile())
    : execFileSync('tar', ['-tf', path], { encoding: 'utf8' }).trim().split('\n')

const columns = new Map<string, Promise<string[]>>()
/** Read once a file. */
function columnsOf(path: string): Promise<string[]> {
  const known = columns.get(path) ?? readColumns(path)
  columns.set(path, known)
  return known
}

async function readColumns(path: string): Promise<string[]> {
  if (path.endsWith('.csv')) return (readFileSync(path, 'utf8').split('\r\n')[0] ?? '').split(',')
  if (path.endsWith('.jsonl')) return Object.keys(JSON.parse(readFileSync(path, 'utf8').split('\n')[0] ?? '') as object)
  const [, tar, within] = /^(.*\.tar)\/(.*)$/.exec(path) ?? []
  if (path.endsWith('.json')) {
    const text =
      tar === undefined || within === undefined
        ? readFileSync(path, 'utf8')
        : execFileSync('tar', ['-xOf', tar, within], { encoding: 'utf8' })
    return Object.keys(JSON.parse(text) as object)
  }
  const connection = await (await DuckDBInstance.create()).connect()
  const read = (await connection.runAndReadAll(`describe select * from '${path}'`)).getRowObjectsJson()
  connection.closeSync()
  return read.map(({ column_name: name }) => (typeof name === 'string' ? name : ''))
}

test.each(exportLayoutSchema.options)(
  'croissant of %s: a JSON-LD processor reads every statement, each with its meaning, and every reference has its end',
  async (layout) => {
    const { archive, into, document, quads } = await describe(layout)
    const { '@context': _context, ...said } = document as Readonly<Record<string, unknown>>
    expect(quads).toHaveLength(statements(said))
    const graph = new Graph(quads)
    const [dataset = '', ...others] = graph.ofType(`${SC}Dataset`)
    expect(others).toEqual([])
    const distribution = graph.all(dataset, `${SC}distribution`)
    const records = graph.all(dataset, `${CR}recordSet`)
    const fields = records.flatMap((record) => graph.all(record, `${CR}field`))
    for (const node of [dataset, ...graph.all(dataset, `${SC}creator`), ...distribution, ...records, ...fields]) {
      const type = graph.only(node, TYPE) ?? ''
      expect(MAY_SAY[type], type).toEqual(expect.arrayContaining(graph.said(node).filter((name) => name !== TYPE)))
    }

    // What the specification requires of every dataset ("Required"), and mlcroissant's metadata.py: the version is semantic.
    expect(graph.only(dataset, `${DCT}conformsTo`)).toBe('http://mlcommons.org/croissant/1.0')
    for (const name of ['name', 'description']) expect(graph.only(dataset, SC + name)).toMatch(/\S/)
    for (const name of ['license', 'url']) expect(URL.canParse(graph.only(dataset, SC + name) ?? '')).toBe(true)
    expect(graph.only(dataset, `${SC}datePublished`)).toMatch(/^\d{4}-\d{2}-\d{2}$/)
    expect(graph.only(graph.only(dataset, `${SC}creator`) ?? '', TYPE)).toBe(`${SC}Organization`)
    expect(graph.only(dataset, `${SC}version`)).toMatch(/^\d+\.\d+\.\d+(\+[0-9a-f]+)?$/)

    // file_object.py, file_set.py
    const pathsOf = (id: string): string[] => {
      if (!distribution.includes(id)) throw new Error(`${id} is not described`)
      if (id === here('archive')) return [into]
      const within = pathsOf(graph.only(id, `${SC}containedIn`) ?? '')
      const url = graph.only(id, `${SC}contentUrl`)
      const pattern = graph.only(id, `${CR}includes`) ?? ''
      return within.flatMap((path) =>
        (url === undefined ? namesIn(path).filter((name) => matchesGlob(name, pattern)) : [url]).map((name) =>
          join(path, name),
        ),
      )
    }
    for (const node of distribution) {
      expect(graph.only(node, `${SC}encodingFormat`)).toMatch(/^[a-z]+\/[a-z-]+$/)
      expect(pathsOf(node).length).toBeGreaterThan(0)
      if (graph.only(node, TYPE) !== `${CR}FileObject`) continue
      const sum =
        node === here('archive')
          ? archive.sha256
          : createHash('sha256')
              .update(readFileSync(join(into, graph.only(node, `${SC}contentUrl`) ?? '')))
              .digest('hex')
      expect(graph.only(node, `${SC}sha256`)).toBe(sum)
    }

    // record_set.py, field.py, source.py
    expect(records).toContain(here('recordings'))
    for (const record of records) {
      const own = graph.all(record, `${CR}field`)
      const key = graph.all(record, `${CR}key`)
      expect(key.length).toBeGreaterThan(0)
      expect(own).toEqual(expect.arrayContaining(key))
      for (const field of own) {
        expect([`${SC}Text`, `${SC}Integer`, `${SC}Float`, `${SC}Date`, `${SC}AudioObject`]).toContain(
          graph.only(field, `${CR}dataType`),
        )
        const from = graph.only(field, `${CR}source`) ?? ''
        const files = [...graph.all(from, `${CR}fileObject`), ...graph.all(from, `${CR}fileSet`)]
        expect(files).toHaveLength(1)
        const extract = graph.only(from, `${CR}extract`) ?? ''
        const [way = '', ...ways] = graph.said(extract)
        expect(ways).toEqual([])
        expect([`${CR}column`, `${CR}jsonPath`]).toContain(way)
        const named = (graph.only(extract, way) ?? '').replace(/^\$\./, '')
        const [path = ''] = pathsOf(files[0] ?? '')
        expect(await columnsOf(path)).toContain(named)
      }
    }
  },
)

test('the institution is the creator where the server was told its name', () => {
  const archive = { fileName: 'plain.zip', sha256: '0'.repeat(64), sums: new Map<string, string>() }
  expect(croissant({ ...source, institution: 'University hospital' }, 'plain', archive)).toMatchObject({
    creator: { '@type': 'sc:Organization', name: 'University hospital' },
  })
})
