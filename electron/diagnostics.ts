import type { PageFacts } from '@spira/renderer/shell/bridge.ts'
import { z } from 'zod'
import type { ShellSettings } from './settings.ts'

export interface DiagnosticsInput {
  readonly at: Date
  /** app, electron, chrome, node. */
  readonly versions: Readonly<Record<string, string>>
  readonly system: {
    readonly platform: string
    readonly arch: string
    readonly release: string
    readonly memoryBytes: number
  }
  readonly settings: ShellSettings
  readonly policyProblems: number
  /** Second copies of recordings that no receipt has come for; null when their folder cannot be read. */
  readonly journals: { readonly count: number; readonly bytes: number } | null
  readonly freeDiskBytes: number | null
  /** Which store of the operating system wraps the device's key, or null when there is no key yet. */
  readonly keyBackend: string | null
  readonly updates: string
  /** What the page told of itself; null when it was not asked, or cannot tell. */
  readonly page: PageFacts | null
  /** The text of shell.log, newest lines last. */
  readonly log: string
}

const LOG_LINES = 200
const word = z.string().regex(/^[\w.-]{1,64}$/)
/** Where in our own code: `file.ts:12:3`. */
const place = z.string().regex(/^[\w.-]{1,64}:\d{1,7}:\d{1,7}$/)

const count = z.int().nonnegative()
/** Numbers and versions alone: nothing a person typed fits in. */
export const pageFactsSchema: z.ZodType<PageFacts> = z.strictObject({
  modelVersion: count.nullable(),
  outbox: z.strictObject({ waiting: count, sending: count, synced: count, attention: count }).nullable(),
  storage: z.strictObject({ usedBytes: count, quotaBytes: count, persisted: z.boolean() }).nullable(),
  isolated: z.boolean(),
  threads: count,
})

const errorSchema: z.ZodType = z.object({
  name: word.catch('(left out)'),
  code: word.optional().catch(undefined),
  at: z.array(place.catch('(left out)')).max(40).catch([]),
  get cause() {
    return errorSchema.optional().catch(undefined)
  },
})

/** The fields of a log line that are words of our own; whatever else a line holds stays on the machine. */
const lineSchema = z.object({
  at: z.iso.datetime(),
  event: word.catch('(left out)'),
  code: word.optional().catch(undefined),
  version: word.optional().catch(undefined),
  platform: word.optional().catch(undefined),
  type: word.optional().catch(undefined),
  reason: word.optional().catch(undefined),
  kind: word.optional().catch(undefined),
  exitCode: z.int().optional().catch(undefined),
  error: errorSchema.optional().catch(undefined),
})

/**
 * What IT sends along when it asks for help, as JSON to read before it is sent. It is made of what is known to say nothing about
 * anyone, field by field, rather than by removing what might: no path, no user, no participant, no code, no text a person typed.
 */
export function diagnosticsOf({ at, log, settings, ...rest }: DiagnosticsInput): string {
  const { versions, system, policyProblems, journals, freeDiskBytes, keyBackend, updates, page } = rest
  const lines = log.split('\n').filter((line) => line !== '')
  const told = lines.slice(-LOG_LINES).map(lineOf)
  return `${JSON.stringify(
    {
      about: 'Spira Edge diagnostics: no recording, no identity, no key.',
      at: at.toISOString(),
      versions,
      system,
      settings: plainSettings(settings),
      policyProblems,
      journals,
      freeDiskBytes,
      keyBackend,
      updates,
      page,
      log: told.flatMap((line) => line ?? []),
      linesLeftOut: told.filter((line) => line === null).length,
    },
    null,
    2,
  )}\n`
}

/** The training server as its origin alone; of what could name a place or a person, only whether it is set. */
function plainSettings({ serverUrl, site, updateChannel, proxy, caFile, allowedNetworks, kiosk }: ShellSettings) {
  return {
    server: serverUrl === null ? null : new URL(serverUrl).origin,
    site: site === null ? 'not set' : 'set',
    updateChannel,
    proxy: proxy.mode,
    caFile: caFile === null ? 'not set' : 'set',
    allowedNetworks: allowedNetworks.length,
    kiosk,
  }
}

function lineOf(line: string): z.infer<typeof lineSchema> | null {
  try {
    return lineSchema.safeParse(JSON.parse(line)).data ?? null
  } catch {
    return null
  }
}
