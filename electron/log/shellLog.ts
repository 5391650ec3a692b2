import { appendFileSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The shell's log. An error is written as its name, its system code and the places in our own code it came through; its message
 * never: a message can hold a path, an address or what a person typed, and no rule finds every name in a text (promise 9).
 */
export interface ShellLog {
  /** @param event what happened, as a fixed word of ours. */
  note(event: string, details?: Readonly<Record<string, string | number | boolean>>, error?: unknown): void
}

export interface ShellLogOptions {
  readonly folder: string
  /** A file of this size is put aside. */
  readonly maxBytes?: number
  /** Files put aside that are kept. */
  readonly kept?: number
  readonly now?: () => Date
}

const FILE = 'shell.log'
/** Words of ours: what else is handed in as one is left out. */
const WORD = /^[a-z0-9][a-z0-9_.-]{0,63}$/i

export function createShellLog({
  folder,
  maxBytes = 1024 * 1024,
  kept = 3,
  now = () => new Date(),
}: ShellLogOptions): ShellLog {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, FILE)

  return {
    note(event, details = {}, error) {
      const line = JSON.stringify({
        at: now().toISOString(),
        event: wordOf(event),
        ...Object.fromEntries(Object.entries(details).map(([name, value]) => [wordOf(name), valueOf(value)])),
        ...(error === undefined ? {} : { error: describe(error) }),
      })
      try {
        rotate(path, maxBytes, kept)
        // Synchronous: the last line before a crash is the one that matters.
        appendFileSync(path, `${line}\n`, { mode: 0o600 })
      } catch {
        // A full disk must not become the reason why a recording stops.
      }
    },
  }
}

const wordOf = (text: string): string => (WORD.test(text) ? text : '(left out)')
const valueOf = (value: string | number | boolean): string | number | boolean =>
  typeof value === 'string' ? wordOf(value) : value

interface Described {
  readonly name: string
  readonly code?: string
  readonly at: readonly string[]
  readonly cause?: Described
}

function describe(error: unknown, depth = 0): Described {
  if (!(error instanceof Error)) return { name: typeof error, at: [] }
  const cause = error.cause === undefined || depth > 3 ? undefined : describe(error.cause, depth + 1)
  return {
    name: wordOf(error.name),
    ...('code' in error && typeof error.code === 'string' ? { code: wordOf(error.code) } : {}),
    at: framesOf(error.stack ?? ''),
    ...(cause === undefined ? {} : { cause }),
  }
}

/** `main.js:12:3` of each frame, without the folder, which may be somebody's home. */
function framesOf(stack: string): readonly string[] {
  return stack
    .split('\n')
    .flatMap((line) => /^\s+at .*?([\w.-]+\.[cm]?[jt]s:\d+:\d+)\)?$/.exec(line)?.[1] ?? [])
    .slice(0, 8)
}

function rotate(path: string, maxBytes: number, kept: number): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  if (size < maxBytes) return
  rmSync(`${path}.${kept}`, { force: true })
  for (let number = kept - 1; number >= 1; number -= 1)
    if (statSync(`${path}.${number}`, { throwIfNoEntry: false }) !== undefined)
      renameSync(`${path}.${number}`, `${path}.${number + 1}`)
  renameSync(path, `${path}.1`)
}
