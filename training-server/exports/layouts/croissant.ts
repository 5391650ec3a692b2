import type { ExportLayout } from '@spira/shared/protocol/exportsApi.ts'
import { columnType } from './parquet.ts'
import type { ExportSource } from './layout.ts'

/** The table of each layout that has one, and its column that names the file. */
const TABLES: Partial<Record<ExportLayout, { readonly path: string; readonly file: string }>> = {
  plain: { path: 'metadata.csv', file: 'file' },
  audiofolder: { path: 'train/metadata.csv', file: 'file_name' },
  features: { path: 'metadata.csv', file: 'file' },
}

/** The files that hold the recordings. */
function filesIn(
  layout: ExportLayout,
  audio: 'wav' | 'flac',
): { readonly encodingFormat: string; readonly includes: string } {
  if (layout === 'parquet') return { encodingFormat: 'application/x-parquet', includes: 'data/*.parquet' }
  if (layout === 'webdataset') return { encodingFormat: 'application/x-tar', includes: '*.tar' }
  if (layout === 'features') return { encodingFormat: 'application/octet-stream', includes: 'mfcc/*.npy' }
  return { encodingFormat: audio === 'flac' ? 'audio/flac' : 'audio/wav', includes: `**/*.${audio}` }
}

const TYPES = { DOUBLE: 'sc:Float', INT32: 'sc:Integer', STRING: 'sc:Text' } as const

export interface WrittenArchive {
  readonly fileName: string
  readonly sha256: string
  /** SHA-256 of each file in it, by path. */
  readonly sums: ReadonlyMap<string, string>
}

/**
 * Croissant 1.0 (http://mlcommons.org/croissant/1.0), which lies beside the archive and vouches for it by its hash: for search
 * engines and for `mlcroissant`. Layouts without a table of one row a recording describe their files alone.
 */
export function croissant(source: ExportSource, layout: ExportLayout, archive: WrittenArchive): object {
  const { dataset, columns, items, audio } = source
  const table = TABLES[layout]
  const fields = ['file', ...columns]
  const inArchive = { containedIn: { '@id': 'archive' } }
  return {
    '@context': {
      '@language': 'en',
      '@vocab': 'https://schema.org/',
      sc: 'https://schema.org/',
      cr: 'http://mlcommons.org/croissant/',
      dct: 'http://purl.org/dc/terms/',
      citeAs: 'cr:citeAs',
      column: 'cr:column',
      conformsTo: 'dct:conformsTo',
      containedIn: 'cr:containedIn',
      dataType: { '@id': 'cr:dataType', '@type': '@vocab' },
      extract: 'cr:extract',
      field: 'cr:field',
      fileObject: 'cr:fileObject',
      fileSet: 'cr:fileSet',
      includes: 'cr:includes',
      recordSet: 'cr:recordSet',
      source: 'cr:source',
    },
    '@type': 'sc:Dataset',
    conformsTo: 'http://mlcommons.org/croissant/1.0',
    name: dataset.name,
    description:
      dataset.description ||
      `Speech of ${dataset.participants} participants with and without respiratory insufficiency.`,
    // The data are patients' voices: who may use them is decided where they were collected, not by a public licence.
    license: 'https://choosealicense.com/no-permission/',
    url: `urn:sha256:${dataset.contentHash}`,
    version: dataset.contentHash.slice(0, 12),
    datePublished: dataset.frozenAt.toISOString().slice(0, 10),
    citeAs: `${dataset.name}, Spira Edge dataset version ${dataset.contentHash}`,
    distribution: [
      {
        '@type': 'cr:FileObject',
        '@id': 'archive',
        name: 'archive',
        contentUrl: archive.fileName,
        encodingFormat: 'application/zip',
        sha256: archive.sha256,
      },
      {
        '@type': 'cr:FileSet',
        '@id': 'files',
        name: 'files',
        ...inArchive,
        ...filesIn(layout, audio),
      },
      ...(table === undefined
        ? []
        : [
            {
              '@type': 'cr:FileObject',
              '@id': 'table',
              name: 'table',
              ...inArchive,
              contentUrl: table.path,
              encodingFormat: 'text/csv',
              sha256: archive.sums.get(table.path),
            },
          ]),
    ],
    recordSet:
      table === undefined
        ? []
        : [
            {
              '@type': 'cr:RecordSet',
              '@id': 'recordings',
              name: 'recordings',
              key: { '@id': 'recordings/recording' },
              field: fields.map((name) => ({
                '@type': 'cr:Field',
                '@id': `recordings/${name}`,
                name,
                dataType: name === 'file' ? 'sc:Text' : TYPES[columnType(items, name)],
                source: { fileObject: { '@id': 'table' }, extract: { column: name === 'file' ? table.file : name } },
              })),
            },
          ],
  }
}
