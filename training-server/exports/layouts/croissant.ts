import type { ExportLayout } from '@spira/shared/protocol/exportsApi.ts'
import { CROISSANT_CONTEXT } from './croissantContext.ts'
import { type CroissantParts, croissantParts } from './croissantParts.ts'
import type { ExportSource } from './layout.ts'

export interface WrittenArchive {
  readonly fileName: string
  readonly sha256: string
  /** SHA-256 of each file in it, by path. */
  readonly sums: ReadonlyMap<string, string>
}

/**
 * Croissant 1.0 (http://mlcommons.org/croissant/1.0), which lies beside the archive and vouches for it by its hash: for search
 * engines and for `mlcroissant`. Each layout's records are described with where each of their fields is read. Names within it are relative
 * to where it lies, as the specification has it: a reader of JSON-LD must be told (`base`), or it drops what has a name.
 */
export function croissant(source: ExportSource, layout: ExportLayout, archive: WrittenArchive): object {
  const { dataset, institution } = source
  const parts = croissantParts(source, layout)
  return {
    '@context': CROISSANT_CONTEXT,
    '@type': 'sc:Dataset',
    conformsTo: 'http://mlcommons.org/croissant/1.0',
    name: dataset.name,
    description:
      dataset.description ||
      `Speech of ${dataset.participants} participants with and without respiratory insufficiency.`,
    // The data are patients' voices: who may use them is decided where they were collected, not by a public licence.
    license: 'https://choosealicense.com/no-permission/',
    // The specification asks for one. Where the server was not told a name, none is made up.
    creator: { '@type': 'sc:Organization', name: institution ?? 'The institution that recorded it (not named)' },
    url: `urn:sha256:${dataset.contentHash}`,
    // MAJOR.MINOR.PATCH, as the specification asks: a frozen version has one; the build metadata says which content.
    version: `1.0.0+${dataset.contentHash.slice(0, 12)}`,
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
      ...parts.sets.map(({ id, includes, encodingFormat, within = 'archive' }) => ({
        '@type': 'cr:FileSet',
        '@id': id,
        name: id,
        containedIn: { '@id': within },
        encodingFormat,
        includes,
      })),
      ...parts.files.map(({ id, path, encodingFormat }) => ({
        '@type': 'cr:FileObject',
        '@id': id,
        name: id,
        containedIn: { '@id': 'archive' },
        contentUrl: path,
        encodingFormat,
        sha256: archive.sums.get(path),
      })),
    ],
    recordSet: parts.records.map(recordSet),
  }
}

const recordSet = ({ id, of, key, fields }: CroissantParts['records'][number]) => ({
  '@type': 'cr:RecordSet',
  '@id': id,
  name: id,
  key: key.map((name) => ({ '@id': `${id}/${name}` })),
  field: fields.map(({ name, dataType, from }) => ({
    '@type': 'cr:Field',
    '@id': `${id}/${name}`,
    name,
    dataType,
    source: { ...reference(of), ...extraction(name, from) },
  })),
})

const reference = (of: CroissantParts['records'][number]['of']) =>
  'fileObject' in of ? { fileObject: { '@id': of.fileObject } } : { fileSet: { '@id': of.fileSet } }

function extraction(name: string, from: CroissantParts['records'][number]['fields'][number]['from']): object {
  if (from === 'json') return { extract: { jsonPath: `$.${name}` } }
  // As Hugging Face describes a struct of bytes and path.
  if (from === 'embedded-audio') return { extract: { column: name }, transform: { jsonPath: 'bytes' } }
  return { extract: { column: name } }
}
