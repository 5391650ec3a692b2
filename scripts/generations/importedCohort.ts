import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { newId } from '@spira/shared/protocol/ids.ts'
import type { ImportMapping } from '@spira/shared/protocol/importsApi.ts'
import type { Label } from '@spira/shared/protocol/records.ts'
import { decodeWav, encodeWav, floatToPcm16 } from '@spira/shared/signal/wav.ts'
import { Decoder } from '../../training-server/imports/audio/decoder.ts'
import { fileImport } from '../../training-server/imports/fileImport.ts'
import { addFile, createImport } from '../../training-server/imports/imports.ts'
import { stagingFolder } from '../../training-server/imports/staging.ts'
import { TestDevice } from '../../training-server/ingest/testDevice.ts'
import type { ServerContext } from '../../training-server/server/context.ts'
import { parseCsv } from '../../training-server/training/recordingsCsv.ts'
import { namedId } from './namedId.ts'

const BY = 'generations'

/** What the columns of the predecessor's list say. */
const MAPPING: ImportMapping = {
  file: 'file_path',
  participant: 'participant',
  site: { column: 'site' },
  simulated: true,
  task: { task: 'read-sentence' },
  label: {
    column: 'class',
    meanings: [
      { word: '1', meaning: 'present' },
      { word: '0', meaning: 'absent' },
    ],
    establishedBy: 'clinical',
  },
  age: null,
  sex: null,
  spo2: null,
  recordedAt: null,
  consent: 'simulated',
}

/** A list of recordings, brought in by the server's own import of its CSV; relabelled by devices. Its ids follow from the list. */
export class ImportedCohort {
  readonly #app: FastifyInstance
  readonly #context: ServerContext
  readonly #folder: string
  readonly #heading: readonly string[]
  readonly #devices = new Map<string, TestDevice>()
  #made = 0
  /** As they stand in the list. */
  readonly rows: readonly (readonly string[])[]

  private constructor(
    options: { readonly app: FastifyInstance; readonly context: ServerContext; readonly folder: string },
    [heading = [], ...rows]: readonly (readonly string[])[],
  ) {
    this.#app = options.app
    this.#context = options.context
    this.#folder = options.folder
    this.#heading = heading
    this.rows = rows
  }

  /** @param csv the list; its files lie where it says, beside it. */
  static async of(csv: string, app: FastifyInstance, context: ServerContext): Promise<ImportedCohort> {
    return new ImportedCohort({ app, context, folder: dirname(csv) }, parseCsv(await readFile(csv, 'utf8')))
  }

  /** A cell by its column's name. */
  cell(row: readonly string[], column: string): string {
    return row[this.#heading.indexOf(column)] ?? ''
  }

  /** One import of some rows. @param sound what is heard instead of the file. */
  async import(
    name: string,
    rows: readonly (readonly string[])[],
    sound?: (samples: Float32Array, row: readonly string[]) => Float32Array,
  ): Promise<void> {
    const context = this.#context
    const { id } = await createImport(context, name, BY)
    const decoder = new Decoder(stagingFolder(context))
    const add = async (path: string, bytes: Buffer) =>
      addFile(context, decoder, { importId: id, path, content: Readable.from([bytes]) })
    try {
      const list = [this.#heading, ...rows].map((cells) => cells.map((cell) => `"${cell}"`).join(',')).join('\n')
      await add('metadata.csv', Buffer.from(list))
      for (const row of rows) {
        const path = this.cell(row, MAPPING.file)
        const bytes = await readFile(resolve(this.#folder, path))
        await add(
          path,
          sound === undefined
            ? bytes
            : Buffer.from(encodeWav(floatToPcm16(sound(decodeWav(bytes).samples, row)), 16_000)),
        )
      }
    } finally {
      decoder.close()
    }
    await fileImport(context, id, MAPPING, BY, () => {
      this.#made += 1
      return namedId('imported', String(this.#made))
    })
  }

  /** Of all imports, by id. */
  async recordings(): Promise<string[]> {
    const rows = await this.#context.db.selectFrom('recordings').select('id').orderBy('id').execute()
    return rows.map(({ id }) => id)
  }

  /** A device's token lasts some minutes, and a generation longer. */
  newDevices(): void {
    this.#devices.clear()
  }

  /** A later label of the same encounter, given at a bedside of its site: the latest counts. */
  async relabel(recordingId: string, to: 'other' | 'unknown'): Promise<void> {
    const { encounterId, site, value } = await this.#context.db
      .selectFrom('recordings')
      .innerJoin('encounters', 'encounters.id', 'recordings.encounterId')
      .innerJoin('sites', 'sites.id', 'encounters.siteId')
      .innerJoin('labels', 'labels.encounterId', 'encounters.id')
      .select(['encounters.id as encounterId', 'sites.name as site', 'labels.value'])
      .where('recordings.id', '=', recordingId)
      .orderBy('labels.position', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow()
    const device = await this.#deviceAt(site)
    const label: Label = {
      id: newId(),
      encounterId,
      value: to === 'unknown' ? to : value === 'present' ? 'absent' : 'present',
      establishedBy: 'clinical',
      givenBy: BY,
      givenAt: new Date().toISOString(),
    }
    const { rejected } = await device.send([device.event({ type: 'label.given', payload: label })])
    if (rejected.length > 0) throw new Error(JSON.stringify(rejected))
  }

  async #deviceAt(site: string): Promise<TestDevice> {
    const there = this.#devices.get(site)
    if (there !== undefined) return there
    const device = await TestDevice.enrol(this.#app, this.#context, { site, simulated: true })
    this.#devices.set(site, device)
    return device
  }
}
