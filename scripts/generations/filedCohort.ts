import { readFile } from 'node:fs/promises'
import type { FastifyInstance } from 'fastify'
import { newId } from '@spira/shared/protocol/ids.ts'
import type { Label } from '@spira/shared/protocol/records.ts'
import { decodeWav, encodeWav, floatToPcm16 } from '@spira/shared/signal/wav.ts'
import { TestDevice } from '../../training-server/ingest/testDevice.ts'
import type { ServerContext } from '../../training-server/server/context.ts'
import type { TrainingExample } from '../../training-server/training/trainingRequest.ts'
import { namedId } from './namedId.ts'

interface Filed {
  readonly site: string
  readonly label: 0 | 1
  readonly visit: Awaited<ReturnType<TestDevice['fileVisit']>>
}
const valueOf = (label: 0 | 1) => (label === 1 ? 'present' : 'absent')

/** A list of recordings, filed through the devices' own API: signed, uploaded, finalised. Its ids follow from the list. */
export class FiledCohort {
  readonly #app: FastifyInstance
  readonly #context: ServerContext
  readonly #devices = new Map<string, TestDevice>()
  readonly #filed = new Map<string, Filed>()

  constructor(app: FastifyInstance, context: ServerContext) {
    this.#app = app
    this.#context = context
  }

  get recordings(): readonly string[] {
    return [...this.#filed.keys()]
  }

  /** A device's token lasts some minutes, and a generation longer. */
  newDevices(): void {
    this.#devices.clear()
  }

  async #deviceAt(site: string): Promise<TestDevice> {
    const there = this.#devices.get(site)
    if (there !== undefined) return there
    await this.#context.db
      .insertInto('sites')
      .values({ id: namedId('site', site), name: site, simulated: true, createdAt: new Date() })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    const device = await TestDevice.enrol(this.#app, this.#context, { site, simulated: true })
    this.#devices.set(site, device)
    return device
  }

  /** @param time how often this person has been recorded before. */
  async file(example: TrainingExample, seed: number, time = 0, sound?: (samples: Float32Array) => Float32Array) {
    const site = example.groups?.['site'] ?? 'site'
    const device = await this.#deviceAt(site)
    const bytes = await readFile(example.wavPath)
    const audio =
      sound === undefined ? bytes : Buffer.from(encodeWav(floatToPcm16(sound(decodeWav(bytes).samples)), 16_000))
    const before = this.#filed.get(example.recordingId)
    const visit = await device.fileVisit({
      seed,
      label: valueOf(example.label),
      audio,
      idOf: (what) => namedId(what, what === 'participant' ? example.participantId : example.recordingId, String(time)),
      ...(before === undefined ? {} : { participant: before.visit.participant }),
    })
    this.#filed.set(example.recordingId, { site, label: example.label, visit })
  }

  /** A later label of the same encounter: the latest counts. */
  async relabel(recordingId: string, to: 'other' | 'unknown'): Promise<void> {
    const filed = this.#filed.get(recordingId)
    if (filed === undefined) throw new Error(`${recordingId} has not been filed.`)
    const device = await this.#deviceAt(filed.site)
    const value: Label['value'] = to === 'unknown' ? to : valueOf(filed.label === 1 ? 0 : 1)
    const label = { ...filed.visit.label, id: newId(), value }
    const { rejected } = await device.send([device.event({ type: 'label.given', payload: label })])
    if (rejected.length > 0) throw new Error(JSON.stringify(rejected))
  }
}
