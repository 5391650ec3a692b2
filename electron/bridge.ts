import type { ShellBridge, ShellErrorCode, ShellReply } from '@spira/renderer/shell/bridge.ts'
import type { IpcMain, IpcMainInvokeEvent } from 'electron'
import { z } from 'zod'
import { BRIDGE_CALLS, type BridgeCall, channelOf } from './channels.ts'
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

/** The largest file that goes in or out over the bridge: an hour of sound, or a whole model. */
export const MAX_FILE_BYTES = 128 * 1024 * 1024

const nothing = z.undefined()
const done = z.null()
const time = z.int().nonnegative()
const index = z.int().min(0).max(0xffff_ffff)
const bytes = z.instanceof(Uint8Array<ArrayBuffer>)
/** A plain name: no folder, no device of Windows, nothing hidden. */
const fileName = z
  .string()
  .regex(/^(?!(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$))[a-z0-9][\w -]*(\.[a-z0-9]+){0,3}$/i)
  .max(120)

const journalHeader = z.strictObject({
  recordingId: idSchema,
  startedAt: time,
  recording: sealedSchema,
  encounter: z.strictObject({ id: idSchema, participantId: idSchema, updatedAt: time, sealed: sealedSchema }),
})

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
  loadKey: { request: nothing, reply: bytes.nullable() },
  keepKey: {
    request: z.strictObject({ key: bytes.refine(({ byteLength }) => byteLength === 32) }),
    reply: done,
  },
  setRecording: { request: z.strictObject({ recording: z.boolean() }), reply: done },
  readyToQuit: { request: nothing, reply: done },
  exportFile: {
    request: z.strictObject({
      name: fileName,
      bytes: bytes.refine(({ byteLength }) => byteLength <= MAX_FILE_BYTES),
    }),
    reply: z.strictObject({ saved: z.boolean() }),
  },
  importFile: {
    request: z.strictObject({
      extensions: z
        .array(z.string().regex(/^[a-z0-9]{1,12}$/))
        .min(1)
        .max(8),
      maxBytes: z.int().min(1).max(MAX_FILE_BYTES),
    }),
    reply: z.strictObject({ name: z.string(), bytes }).nullable(),
  },
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
}

/** Answers one call. Never rejects: every failure is a reply with a code and a sentence. */
export async function answerCall<Call extends BridgeCall>(
  { handlers, isAllowed, note }: BridgeParts,
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
    const { code, message } = error instanceof ShellError ? error : new ShellError('internal', { cause: error })
    note(code, error instanceof ShellError ? (error.cause ?? error) : error)
    return { ok: false, code, sentence: message }
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
