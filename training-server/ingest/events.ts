import { DatabaseError } from 'pg'
import { z } from 'zod'
import type { Transaction } from 'kysely'
import { sha256Hex, utf8 } from '@spira/shared/protocol/bytes.ts'
import { canonicalJson, type Json } from '@spira/shared/protocol/canonicalJson.ts'
import { eventsBodySchema, type eventsReplySchema } from '@spira/shared/protocol/deviceApi.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { deviceEventSchema, MAX_EVENTS_PER_BATCH, type DeviceEvent } from '@spira/shared/protocol/events.ts'
import { idSchema, newId } from '@spira/shared/protocol/ids.ts'
import { requireCommonProtocol } from '@spira/shared/protocol/protocolVersion.ts'
import { PROTOCOL_VERSION } from '@spira/shared/protocol/records.ts'
import type { Receipt } from '@spira/shared/protocol/receipt.ts'
import type { Database } from '../db/schema.ts'
import type { AuthenticatedDevice } from '../fleet/requireDevice.ts'
import type { ServerContext } from '../server/context.ts'
import { isOfWithdrawn } from '../participants/tombstone.ts'
import { finishWithdrawals } from '../participants/withdraw.ts'
import { applyEvent } from './applyEvent.ts'
import { keepReceipt, signReceipt } from './receipts.ts'
import { isStorable } from './storableText.ts'
import { takeOverRecording } from './takeOverRecording.ts'

const looseEventSchema = z.looseObject({ id: idSchema, sequence: z.number() })
type LooseEvent = z.infer<typeof looseEventSchema>

/** The batch's frame alone: an event that does not fit is refused by itself and never holds back the others. */
export const eventsFrameSchema = eventsBodySchema.extend({
  events: z.array(looseEventSchema).min(1).max(MAX_EVENTS_PER_BATCH),
})

/**
 * Files a batch in the device's order and signs for exactly those events that are filed. Sending again what is filed is accepted again;
 * the hash is of the event as the device sent it. Events that stand beside each other are filed in one transaction; where one of them is
 * refused, each gets its own.
 */
export async function ingestEvents(
  context: ServerContext,
  device: AuthenticatedDevice,
  { protocolVersion, sentAt, events }: z.infer<typeof eventsFrameSchema>,
): Promise<z.infer<typeof eventsReplySchema>> {
  requireCommonProtocol(protocolVersion, [PROTOCOL_VERSION])
  await noteBatch(context, device, { sentAt, events: events.length })
  const accepted: Receipt['items'] = []
  const rejected: { id: string; code: string; message: string }[] = []
  for (const run of runsOf(events.toSorted((a, b) => a.sequence - b.sequence))) {
    const together = run.length > 1 ? await fileTogether(context, device, run) : null
    if (together !== null) {
      accepted.push(...together)
      continue
    }
    for (const event of run) {
      try {
        accepted.push(...(await fileEvents(context, device, [event])))
      } catch (error) {
        const { code, message } = refusalOf(error)
        rejected.push({ id: event.id, code, message })
      }
    }
  }
  if (events.some(({ type }) => type === 'participant.withdrawn')) await finishWithdrawals(context)
  const receipt = await signReceipt(context, { deviceId: device.id, kind: 'events', items: accepted })
  if (accepted.length > 0) await keepReceipt(context.db, receipt)
  return { receipt, rejected }
}

/** How far the device's clock is off is kept batch by batch and shown; order is by sequence and never depends on it. */
async function noteBatch(
  { db }: ServerContext,
  { id: deviceId }: AuthenticatedDevice,
  { sentAt, events }: { sentAt: string; events: number },
): Promise<void> {
  const receivedAt = new Date()
  const clockSkewMs = Date.parse(sentAt) - receivedAt.getTime()
  await db.transaction().execute(async (trx) => {
    await trx.updateTable('devices').set({ lastSeenAt: receivedAt, clockSkewMs }).where('id', '=', deviceId).execute()
    await trx.insertInto('deviceBatches').values({ id: newId(), deviceId, receivedAt, clockSkewMs, events }).execute()
  })
}

/** These tell other devices and wait for each other until they commit: they hold up no other event meanwhile. */
const ALONE: ReadonlySet<unknown> = new Set(['label.given', 'participant.withdrawn'])

function runsOf(events: readonly LooseEvent[]): readonly (readonly LooseEvent[])[] {
  const runs: LooseEvent[][] = []
  let open: LooseEvent[] | null = null
  for (const event of events) {
    if (open === null || ALONE.has(event['type'])) runs.push((open = []))
    open.push(event)
    if (ALONE.has(event['type'])) open = null
  }
  return runs
}

/** @returns null when not all of them could be filed; then none of them is. */
async function fileTogether(
  context: ServerContext,
  device: AuthenticatedDevice,
  run: readonly LooseEvent[],
): Promise<Receipt['items'] | null> {
  try {
    return await fileEvents(context, device, run)
  } catch (error) {
    if (error instanceof SpiraError || error instanceof DatabaseError) return null
    throw error
  }
}

/** In one transaction: all of them or none. */
async function fileEvents(
  { db }: ServerContext,
  device: AuthenticatedDevice,
  sent: readonly LooseEvent[],
): Promise<Receipt['items'][number][]> {
  const checked = await Promise.all(sent.map(checkEvent))
  return retried(() =>
    db.transaction().execute(async (trx) => {
      const filed: Receipt['items'][number][] = []
      for (const { event, text, sha256 } of checked) {
        const { id } = event
        if (await isOfWithdrawn(trx, event)) {
          filed.push({ id, sha256, withdrawn: true as const })
          continue
        }
        if (await isNew(trx, device, event, text, sha256)) await applyEvent(trx, device, event)
        filed.push({ id, sha256 })
      }
      return filed
    }),
  )
}

/** @throws SpiraError invalid_request */
async function checkEvent(sent: LooseEvent): Promise<{ event: DeviceEvent; text: string; sha256: string }> {
  const parsed = deviceEventSchema.safeParse(sent)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new SpiraError('invalid_request', { detail: `${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim() })
  }
  if (!isStorable(sent as Json))
    throw new SpiraError('invalid_request', { detail: 'a text holds a character that cannot be stored' })
  const text = canonicalJson(sent as Json)
  return { event: parsed.data, text, sha256: await sha256Hex(utf8(text)) }
}

/** foreign_key_violation: what it refers to went with a withdrawal meanwhile; deadlock_detected: with the same. */
const OVERTAKEN: ReadonlySet<string | undefined> = new Set(['23503', '40P01'])

/** Again when a withdrawal overtook it: in the end the tombstone is there to be found. */
async function retried<T>(file: () => Promise<T>, attemptsLeft = 4): Promise<T> {
  try {
    return await file()
  } catch (error) {
    const overtaken = error instanceof DatabaseError && OVERTAKEN.has(error.code)
    if (!overtaken || attemptsLeft === 0) throw error
    return retried(file, attemptsLeft - 1)
  }
}

/**
 * What the database cannot hold (SQLSTATE class 22, "data exception": a number out of range) it will not hold tomorrow either:
 * the event is refused, or it would hold back its device's batches for ever. Anything else is a failure of the server.
 */
function refusalOf(error: unknown): SpiraError {
  if (error instanceof SpiraError) return error
  if (error instanceof DatabaseError && error.code?.startsWith('22') === true) {
    return new SpiraError('invalid_request', { detail: 'a value is out of range' }, { cause: error })
  }
  throw error
}

/** Writes the event into the device's log. False when this very event is there already, also from a device that was enrolled anew since. */
async function isNew(
  trx: Transaction<Database>,
  device: AuthenticatedDevice,
  event: DeviceEvent,
  body: string,
  sha256: string,
): Promise<boolean> {
  const { id, sequence, type, occurredAt } = event
  const inserted = await trx
    .insertInto('deviceEvents')
    .values({ id, deviceId: device.id, sequence, type, sha256, body, occurredAt, receivedAt: new Date() })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  if (inserted !== undefined) return true
  const filed = await trx
    .selectFrom('deviceEvents')
    .innerJoin('devices', 'devices.id', 'deviceEvents.deviceId')
    .select(['deviceId', 'siteId', 'sha256'])
    .where('deviceEvents.id', '=', id)
    .executeTakeFirst()
  if (filed === undefined) throw new SpiraError('sequence_conflict', { sequence })
  if (filed.siteId !== device.siteId || filed.sha256 !== sha256) throw new SpiraError('record_conflict')
  if (filed.deviceId !== device.id && event.type === 'recording.saved')
    await takeOverRecording(trx, device, event.payload.id)
  return false
}
