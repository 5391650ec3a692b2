import type { ShellBridge, ShellErrorCode, ShellReply } from '@spira/renderer/shell/bridge.ts'
import type { IpcMain, IpcMainInvokeEvent } from 'electron'
import { z } from 'zod'
import { BRIDGE_CALLS, type BridgeCall, channelOf } from './channels.ts'
import { pageFactsSchema } from './diagnostics.ts'
import { FILE_PART_BYTES } from './files/chosenFiles.ts'
import { isAppUrl } from './permissions.ts'
import { idSchema, sealedChunkSchema, sealedSchema } from './sealed.ts'
import { ShellError } from './shellError.ts'

type RequestOf<Call extends BridgeCall> = Parameters<ShellBridge[Call]> extends [infer Request] ? Request : undefined
type ValueOf<Call extends BridgeCall> =
  Awaited<ReturnType<ShellBridge[Call]>> extends ShellReply<infer Value> ? Value : never

/** What answers the calls. It is given only what the schemas let through; what it gives back is held to them too. */
export type BridgeHandlers = {
  readonly [Call in BridgeCall]: (request: RequestOf<Call>) => Promise<ValueOf<Call>>
}

type ChannelSchemas = {
  readonly [Call in BridgeCall]: {
    readonly request: z.ZodType<RequestOf<Call>>
    readonly reply: z.ZodType<ValueOf<Call>>
  }
}

const nothing = z.undefined()
const done = z.null()
const time = z.int().nonnegative()
const index = z.int().min(0).max(0xffff_ffff)
const bytes = z.instanceof(Uint8Array<ArrayBuffer>)
const count = z.int().nonnegative()
const file = z.uuid()
const part = bytes.refine(({ byteLength }) => byteLength <= FILE_PART_BYTES)
/** A plain name: no folder, no device of Windows, nothing hidden. */
const fileName = z
  .string()
  .regex(/^(?!(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$))[a-z0-9][\w -]*(\.[a-z0-9]+){0,3}$/i)
  .max(120)

const update = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('unknown') }),
  z.strictObject({ kind: z.literal('off'), reason: z.enum(['policy', 'no-server', 'no-key', 'package']) }),
  z.strictObject({ kind: z.literal('current') }),
  z.strictObject({ kind: z.literal('postponed') }),
  z.strictObject({ kind: z.literal('ready'), version: z.string() }),
  z.strictObject({
    kind: z.literal('failed'),
    reason: z.enum(['unsigned', 'damaged', 'not-offered', 'unreachable']),
  }),
])

const journalHeader = z.strictObject({
  recordingId: idSchema,
  startedAt: time,
  recording: sealedSchema,
  participantKey: sealedSchema.optional(),
  encounter: z.strictObject({ id: idSchema, participantId: idSchema, updatedAt: time, sealed: sealedSchema }),
})

const keptWithdrawal = z.strictObject({ id: idSchema, sealed: sealedSchema })

/** One schema a channel and direction. */
export const channelSchemas: ChannelSchemas = {
  about: {
    request: nothing,
    reply: z.strictObject({
      version: z.string(),
      platform: z.string(),
      kiosk: z.boolean(),
      serverUrl: z.string().nullable(),
      site: z.string().nullable(),
    }),
  },
  beginJournal: { request: journalHeader, reply: done },
  appendJournal: { request: z.strictObject({ recordingId: idSchema, index, sealed: sealedChunkSchema }), reply: done },
  listJournals: { request: nothing, reply: z.array(idSchema) },
  readJournal: {
    request: z.strictObject({ recordingId: idSchema, from: index }),
    reply: z.strictObject({
      header: journalHeader,
      chunks: z.array(z.strictObject({ index, sealed: sealedChunkSchema })),
      next: index.nullable(),
    }),
  },
  removeJournal: { request: z.strictObject({ recordingId: idSchema }), reply: done },
  keepWithdrawal: { request: keptWithdrawal, reply: done },
  listWithdrawals: { request: nothing, reply: z.array(keptWithdrawal) },
  removeWithdrawal: { request: z.strictObject({ id: idSchema }), reply: done },
  loadKey: { request: nothing, reply: bytes.nullable() },
  keepKey: {
    request: z.strictObject({ key: bytes.refine(({ byteLength }) => byteLength === 32) }),
    reply: done,
  },
  setRecording: { request: z.strictObject({ recording: z.boolean() }), reply: done },
  readyToQuit: { request: nothing, reply: done },
  setEncounterOpen: { request: z.strictObject({ open: z.boolean() }), reply: done },
  updateState: { request: nothing, reply: update },
  installUpdate: { request: nothing, reply: z.enum(['installing', 'postponed', 'none']) },
  beginExport: { request: z.strictObject({ name: fileName }), reply: z.strictObject({ file }).nullable() },
  appendExport: { request: z.strictObject({ file, bytes: part }), reply: done },
  finishExport: { request: z.strictObject({ file }), reply: done },
  beginImport: {
    request: z.strictObject({
      extensions: z
        .array(z.string().regex(/^[a-z0-9]{1,12}$/))
        .min(1)
        .max(8),
    }),
    reply: z.strictObject({ file, name: z.string(), bytes: count }).nullable(),
  },
  readImport: { request: z.strictObject({ file, from: count }), reply: part },
  closeFile: { request: z.strictObject({ file }), reply: done },
  saveDiagnostics: {
    request: z.strictObject({ page: pageFactsSchema }),
    reply: z.strictObject({ saved: z.boolean() }),
  },
  openMicrophoneSettings: { request: nothing, reply: z.strictObject({ opened: z.boolean() }) },
  note: {
    request: z.strictObject({
      code: z.enum(['app-started', 'app-failed', 'copy-without-key', 'copy-failed', 'recordings-rebuilt']),
    }),
    reply: done,
  },
}

/** Where a call came from, as far as it matters. */
export interface BridgeSender {
  readonly webContentsId: number
  /** Null when the frame is gone already. */
  readonly frame: { readonly url: string; readonly isTop: boolean } | null
}

/** Only the top frame of our own window, showing our own app. Frames, workers and other windows get nothing. */
export const isOurPage = ({ webContentsId, frame }: BridgeSender, windowId: number): boolean =>
  webContentsId === windowId && frame !== null && frame.isTop && isAppUrl(frame.url)

export interface BridgeParts {
  readonly handlers: BridgeHandlers
  readonly isAllowed: (sender: BridgeSender) => boolean
  readonly note: (code: ShellErrorCode, error: unknown) => void
  /** What a refusal says to the person, in the language of the system. */
  readonly sentence: (code: ShellErrorCode) => string
}

/** Answers one call. Never rejects: every failure is a reply with a code and a sentence. */
export async function answerCall<Call extends BridgeCall>(
  { handlers, isAllowed, note, sentence }: BridgeParts,
  call: Call,
  sender: BridgeSender,
  given: unknown,
): Promise<ShellReply<ValueOf<Call>>> {
  try {
    if (!isAllowed(sender)) throw new ShellError('not-allowed')
    const schemas: ChannelSchemas[Call] = channelSchemas[call]
    const request = schemas.request.safeParse(given)
    if (!request.success) throw new ShellError('request-invalid')
    const value = await handlers[call](request.data)
    return { ok: true, value: schemas.reply.parse(value) }
  } catch (error) {
    const code = error instanceof ShellError ? error.code : 'internal'
    note(code, error instanceof ShellError ? (error.cause ?? error) : error)
    return { ok: false, code, sentence: sentence(code) }
  }
}

/** Puts every channel on Electron's IPC. */
export function serveBridge(ipcMain: Pick<IpcMain, 'handle'>, parts: BridgeParts): void {
  for (const call of BRIDGE_CALLS)
    ipcMain.handle(channelOf(call), (event: IpcMainInvokeEvent, request: unknown) =>
      answerCall(parts, call, senderOf(event), request),
    )
}

function senderOf({ sender, senderFrame }: IpcMainInvokeEvent): BridgeSender {
  return {
    webContentsId: sender.id,
    frame: senderFrame === null ? null : { url: senderFrame.url, isTop: senderFrame.parent === null },
  }
}
