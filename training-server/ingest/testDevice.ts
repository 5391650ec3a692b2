import { createHash } from 'node:crypto'
import type { LightMyRequestResponse } from 'fastify'
import { changesPageSchema, signedChangesSchema } from '@spira/shared/protocol/changes.ts'
import {
  challengeReplySchema,
  DEVICE_API,
  enrolReplySchema,
  eventsReplySchema,
  finaliseReplySchema,
  tokenMessage,
  tokenReplySchema,
  type Enrolment,
  type PublicKeyJwk,
} from '@spira/shared/protocol/deviceApi.ts'
import { signText } from '@spira/shared/protocol/ed25519.ts'
import type { DeviceEvent } from '@spira/shared/protocol/events.ts'
import { newId, type Id } from '@spira/shared/protocol/ids.ts'
import type { Label, Participant, Recording } from '@spira/shared/protocol/records.ts'
import { createEnrolmentCode, ensureSite } from '../fleet/enrolmentCodes.ts'
import type { ServerContext } from '../server/context.ts'
import { ensureRepository } from '../releases/repository.ts'

const AT = '2026-11-20T09:30:00.000Z'
type Unnumbered<Event> = Event extends DeviceEvent ? Pick<Event, 'type' | 'payload'> : never

/** A server's routes, called in this process (Fastify's own `inject`) or over a network. */
export interface Answering {
  inject(request: {
    readonly method: 'GET' | 'POST' | 'PATCH'
    readonly url: string
    readonly headers?: Readonly<Record<string, string>>
    readonly payload?: object | Buffer
  }): PromiseLike<{
    readonly statusCode: number
    readonly body: string
    readonly headers: Readonly<Record<string, string | number | readonly string[] | undefined>>
    readonly json: LightMyRequestResponse['json']
  }>
}

/** A device for the tests of the server: real keys, real tokens, real requests, no network. */
export class TestDevice {
  readonly id: string
  readonly siteId: string
  readonly enrolment: Enrolment
  #app: Answering
  /** Base64 signature of a text by the device's key. */
  readonly sign: (text: string) => Promise<string>
  readonly #token: string
  #sequence = 0

  private constructor(app: Answering, enrolment: Enrolment, token: string, privateKey: CryptoKey) {
    this.#app = app
    this.enrolment = enrolment
    this.id = enrolment.deviceId
    this.siteId = enrolment.site.id
    this.#token = token
    this.sign = (text) => signText(text, privateKey)
  }

  static async enrol(
    app: Answering,
    context: ServerContext,
    options: { site?: string; simulated?: boolean } = {},
  ): Promise<TestDevice> {
    await ensureRepository(context)
    const site = await ensureSite(context, { name: options.site ?? 'Ward A', simulated: options.simulated ?? false })
    const { code } = await createEnrolmentCode(context, { siteId: site.id, createdBy: 'test' })
    const pair = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])
    const { x = '' } = await crypto.subtle.exportKey('jwk', pair.publicKey)
    const publicKey: PublicKeyJwk = { kty: 'OKP', crv: 'Ed25519', x }
    const post = async (path: string, payload: object) =>
      (await app.inject({ method: 'POST', url: DEVICE_API + path, payload })).json()
    const enrolment = enrolReplySchema.parse(
      await post('/enrol', { code, publicKey, deviceName: 'cart 1', appVersion: '0.1.0' }),
    )
    const { deviceId } = enrolment
    const { challenge } = challengeReplySchema.parse(await post('/challenge', { deviceId }))
    const signature = await signText(tokenMessage(deviceId, challenge), pair.privateKey)
    const { token } = tokenReplySchema.parse(await post('/token', { deviceId, challenge, signature }))
    return new TestDevice(app, enrolment, token, pair.privateKey)
  }

  /** From now on the same device speaks to another server. */
  goOnWith(app: Answering): void {
    this.#app = app
  }

  get headers(): Record<string, string> {
    return { authorization: `Bearer ${this.#token}` }
  }

  event(event: Unnumbered<DeviceEvent>): DeviceEvent {
    this.#sequence += 1
    return { id: newId(), sequence: this.#sequence, occurredAt: AT, ...event }
  }

  async sendRaw(payload: object) {
    return this.#app.inject({ method: 'POST', url: `${DEVICE_API}/events`, headers: this.headers, payload })
  }

  async send(events: readonly object[]) {
    const reply = await this.sendRaw({ protocolVersion: 1, sentAt: new Date().toISOString(), events })
    return eventsReplySchema.parse(reply.json())
  }

  /** What the server has to tell it after `cursor`; null: from the beginning. */
  async changes(cursor: string | null = null) {
    const url = `${DEVICE_API}/changes${cursor === null ? '' : `?cursor=${cursor}`}`
    const reply = await this.#app.inject({ method: 'GET', url, headers: this.headers })
    return changesPageSchema.parse(JSON.parse(signedChangesSchema.parse(reply.json()).page))
  }

  /** Every byte of the audio by tus in `chunks` requests. @returns the id of the upload. */
  async upload(recording: Recording, audio: Buffer, chunks = 1): Promise<string> {
    const metadata = Object.entries({ recordingId: recording.id, sha256: recording.sha256 })
    const created = await this.#app.inject({
      method: 'POST',
      url: `${DEVICE_API}/uploads`,
      headers: {
        ...this.headers,
        'tus-resumable': '1.0.0',
        'upload-length': String(recording.byteLength),
        'upload-metadata': metadata.map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`).join(','),
      },
    })
    if (created.statusCode !== 201) throw new Error(`${created.statusCode} ${created.body}`)
    const url = String(created.headers.location)
    const step = Math.ceil(audio.length / chunks)
    for (let offset = 0; offset < audio.length; offset += step)
      await this.patch(url, offset, audio.subarray(offset, offset + step))
    return url.slice(`${DEVICE_API}/uploads/`.length)
  }

  async patch(url: string, offset: number, payload: Buffer) {
    return this.#app.inject({
      method: 'PATCH',
      url,
      headers: {
        ...this.headers,
        'tus-resumable': '1.0.0',
        'upload-offset': String(offset),
        'content-type': 'application/offset+octet-stream',
      },
      // The server uses up the pieces that come in: over a socket they are its own, `inject` hands over the very buffer.
      payload: Buffer.from(payload),
    })
  }

  async finaliseRaw(recording: Recording, uploadId: string) {
    const payload = { uploadId, sha256: recording.sha256 }
    return this.#app.inject({
      method: 'POST',
      url: `${DEVICE_API}/recordings/${recording.id}/finalise`,
      headers: this.headers,
      payload,
    })
  }

  async finalise(recording: Recording, uploadId: string) {
    return finaliseReplySchema.parse((await this.finaliseRaw(recording, uploadId)).json()).receipt
  }

  /** A participant with one encounter, one read sentence and, unless null, one label: the events in order, and the audio. */
  visit(options: {
    seed: number
    label?: Label['value'] | null
    participant?: Participant
    audio?: Buffer
    /** Left out, every id is new. */
    idOf?: (what: 'participant' | 'encounter' | 'recording' | 'label') => Id
  }) {
    const idOf = options.idOf ?? newId
    const participant = options.participant ?? { ...this.participant(options.seed), id: idOf('participant') }
    const encounterId = idOf('encounter')
    const audio = options.audio ?? testWav(options.seed)
    const recording = testRecording({ id: idOf('recording'), encounterId, participantId: participant.id, audio })
    const label: Label = {
      id: idOf('label'),
      encounterId,
      value: options.label ?? 'present',
      establishedBy: 'spo2',
      givenBy: 'RN-7',
      givenAt: AT,
    }
    const events: DeviceEvent[] = [
      ...(options.participant === undefined
        ? [this.event({ type: 'participant.registered', payload: participant })]
        : []),
      this.event({
        type: 'encounter.completed',
        payload: {
          id: encounterId,
          participantId: participant.id,
          siteId: this.siteId,
          operatorCode: 'RN-7',
          startedAt: AT,
          completedAt: AT,
          consent: { given: true, textVersion: '1', language: 'pt-BR', givenAt: AT },
          vitals: { spo2Percent: 93, heartRatePerMin: 88, measuredAt: AT },
        },
      }),
      this.event({ type: 'recording.saved', payload: recording }),
      ...(options.label === null ? [] : [this.event({ type: 'label.given', payload: label })]),
    ]
    return { participant, encounterId, recording, audio, label, events }
  }

  participant(seed: number): Participant {
    const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
    const code = Array.from({ length: 5 }, (_, index) => digits[Math.floor(seed / 32 ** index) % 32]).join('')
    return { id: newId(), siteId: this.siteId, code: `P-${code}`, sex: 'female', ageYears: 61, registeredAt: AT }
  }

  /** A visit with everything filed. */
  async fileVisit(options: Parameters<TestDevice['visit']>[0]) {
    const visit = this.visit(options)
    const { rejected } = await this.send(visit.events)
    if (rejected.length > 0) throw new Error(JSON.stringify(rejected))
    const receipt = await this.finalise(visit.recording, await this.upload(visit.recording, visit.audio))
    return { ...visit, receipt }
  }
}

function testRecording({
  id,
  encounterId,
  participantId,
  audio,
}: {
  id: Id
  encounterId: string
  participantId: string
  audio: Buffer
}): Recording {
  const sampleCount = (audio.length - 44) / 2
  return {
    id,
    encounterId,
    participantId,
    task: 'read-sentence',
    startedAt: AT,
    sampleRateHz: 16_000,
    sampleCount,
    byteLength: audio.length,
    sha256: createHash('sha256').update(audio).digest('hex'),
    capture: { source: 'track-processor', sampleRateHz: 48_000, channelCount: 1, echoCancellation: false },
    quality: {
      durationMs: sampleCount / 16,
      peakDbfs: -6,
      rmsDbfs: -20,
      clippedShare: 0,
      activeMs: sampleCount / 20,
      snrDb: 24,
      droppedMs: 0,
      findings: [],
      verdict: 'good',
    },
  }
}

/** A 16 kHz mono PCM16 WAV written byte by byte here, apart from the product's own writer; another sound for each seed. */
export function testWav(seed: number, samples = 8000): Buffer {
  const wav = Buffer.alloc(44 + samples * 2)
  wav.write('RIFF', 0, 'latin1')
  wav.writeUInt32LE(36 + samples * 2, 4)
  wav.write('WAVEfmt ', 8, 'latin1')
  wav.writeUInt32LE(16, 16)
  wav.writeUInt16LE(1, 20)
  wav.writeUInt16LE(1, 22)
  wav.writeUInt32LE(16_000, 24)
  wav.writeUInt32LE(32_000, 28)
  wav.writeUInt16LE(2, 32)
  wav.writeUInt16LE(16, 34)
  wav.write('data', 36, 'latin1')
  wav.writeUInt32LE(samples * 2, 40)
  for (let index = 0; index < samples; index += 1)
    wav.writeInt16LE(Math.round(8000 * Math.sin(index / (5 + seed))), 44 + index * 2)
  return wav
}
