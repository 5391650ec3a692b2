import { sha256Hex } from '@spira/shared/protocol/bytes.ts'
import { measureQuality } from '@spira/shared/signal/quality.ts'
import { encodeWav, floatToPcm16, pcm16ToFloat } from '@spira/shared/signal/wav.ts'
import { planCohort, recordMember } from '../cohort/cohort.ts'
import { RandomStream } from '../voice/randomStream.ts'
import { encounterEvents, EVENTS_PER_ENCOUNTER } from './encounterEvents.ts'
import { enrolDevice } from './enrolDevice.ts'
import { uploadWav } from './uploadWav.ts'

export interface SimulatedClinic {
  /** Origin, without a slash at its end. */
  readonly serverUrl: string
  /** One-time enrolment code of a simulated site. */
  readonly code: string
  /** Half of them (rounded down) with the condition. */
  readonly encounters: number
  readonly seed: number
  /** Called after each encounter whose receipts are verified. */
  readonly onProgress?: (done: number, total: number) => void
}

export interface ClinicReport {
  readonly deviceId: string
  readonly siteName: string
  readonly encounters: number
  readonly present: number
  readonly audioBytes: number
}

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'.split('')
const MINUTES_BETWEEN_ENCOUNTERS = 20

/**
 * A clinic of one device, through the protocol of the real ones: enrols, then for each encounter sends its events and its
 * audio and goes on only when both receipts carry the pinned key's signature.
 *
 * @throws SpiraError, SyncError or tus-js-client's DetailedError at the first refusal.
 */
export async function runSimulatedClinic({
  serverUrl,
  code,
  encounters,
  seed,
  onProgress,
}: SimulatedClinic): Promise<ClinicReport> {
  const { client, enrolment, uploadsUrl } = await enrolDevice(serverUrl, code, `Simulator ${seed}`)
  // Pseudonyms are the device's own: two clinics of one seed do not share participants.
  const codes = new RandomStream(`codes/${enrolment.deviceId}`)
  const beginning = Date.now() - encounters * MINUTES_BETWEEN_ENCOUNTERS * 60_000
  const cohort = planCohort(encounters, seed)
  let audioBytes = 0
  for (const [index, member] of cohort.entries()) {
    const simulated = await recordMember(member, 'read-sentence')
    const pcm = floatToPcm16(simulated.samples)
    const wav = encodeWav(pcm, simulated.sampleRateHz)
    const sha256 = await sha256Hex(wav)
    const { recordingId, events } = encounterEvents(
      {
        siteId: enrolment.site.id,
        participantCode: `P-${Array.from({ length: 5 }, () => CROCKFORD[Math.floor(codes.uniform(0, 32))]).join('')}`,
        startedAtMs: beginning + index * MINUTES_BETWEEN_ENCOUNTERS * 60_000,
        simulated,
        audio: { sampleCount: pcm.length, byteLength: wav.length, sha256 },
        quality: measureQuality(pcm16ToFloat(pcm), { interrupted: false, processedByBrowser: false }),
      },
      1 + index * EVENTS_PER_ENCOUNTER,
    )
    const outcome = await client.sendEvents(events)
    const [refusal] = outcome.rejected
    if (refusal !== undefined)
      throw new Error(`The server refused an event of ${member.participant}: ${refusal.message}`)
    if (outcome.filed.length !== events.length) throw new Error(`The receipt lacks events of ${member.participant}`)
    const token = await client.authenticate()
    const { uploadId, receipt } = await uploadWav({ recordingId, sha256, wav, uploadsUrl, token })
    await client.finalise(recordingId, { uploadId, sha256 }, receipt)
    audioBytes += wav.length
    onProgress?.(index + 1, encounters)
  }
  return {
    deviceId: enrolment.deviceId,
    siteName: enrolment.site.name,
    encounters,
    present: cohort.filter(({ condition }) => condition === 'present').length,
    audioBytes,
  }
}
