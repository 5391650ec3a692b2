import { posix, win32 } from 'node:path'
import { z } from 'zod'
import { defaultSettings, type ShellSettings, shellSettingsSchema } from './settings.ts'

const FILE = 'spira-policy.json'

/** Where IT puts the policy file: a place that only administrators may write, on each platform. */
export function policyFileOf(platform: NodeJS.Platform, env: Readonly<Record<string, string | undefined>>): string {
  if (platform === 'win32') return win32.join(env['PROGRAMDATA'] ?? 'C:\\ProgramData', 'Spira Edge', FILE)
  if (platform === 'darwin') return posix.join('/Library/Application Support/Spira Edge', FILE)
  return posix.join('/etc/spira-edge', FILE)
}

export interface Policy {
  readonly settings: ShellSettings
  /** A sentence for every field that was not taken over, for the person who wrote the file. */
  readonly problems: readonly string[]
}

/**
 * What holds instead of a field that is wrong: never more than IT may have meant to allow. The training server of `serverUrl`
 * stays reachable in any case.
 */
const strictest: Partial<ShellSettings> = { allowedNetworks: ['127.0.0.1'], updateChannel: 'none' }

const fields = shellSettingsSchema.shape
const isField = (name: string): name is keyof typeof fields => Object.hasOwn(fields, name)

/**
 * Reads the policy file's text; null is no file. Never throws: the bedside goes on working, with every right field taken over
 * and every wrong one named.
 */
export function parsePolicy(text: string | null): Policy {
  if (text === null) return { settings: defaultSettings, problems: [] }
  const given = parseObject(text)
  if (given === null)
    return {
      settings: { ...defaultSettings, ...strictest },
      problems: [`${FILE} is not a JSON object ({ "serverUrl": "https://…" }). Nothing of it was taken over.`],
    }
  const problems: string[] = []
  const taken: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(given)) {
    if (!isField(name)) {
      problems.push(`${FILE}: there is no field "${name}". The fields are ${Object.keys(fields).join(', ')}.`)
      continue
    }
    const { success, error } = fields[name].safeParse(value)
    if (success) taken[name] = value
    else refuse(name, reasonOf(error))
  }
  // What no field shows by itself: one that needs another.
  const whole = shellSettingsSchema.safeParse(taken)
  if (whole.success) return { settings: whole.data, problems }
  for (const { path, message } of whole.error.issues) refuse(String(path[0]), message)
  return { settings: shellSettingsSchema.parse(taken), problems }

  function refuse(name: string, reason: string): void {
    problems.push(`${FILE}: ${name} was not taken over: ${reason}`)
    delete taken[name]
    if (name in strictest) taken[name] = Reflect.get(strictest, name)
  }
}

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    // Windows editors put a byte order mark in front.
    const value = z.record(z.string(), z.unknown()).safeParse(JSON.parse(text.replace(/^\uFEFF/, '')))
    return value.success ? value.data : null
  } catch {
    return null
  }
}

function reasonOf({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`)).join('; ')
}

/** The policy wins over the command line: a shortcut on a desktop cannot send a ward's recordings elsewhere. */
export const serverOf = (policy: string | null, commandLine: string | null): string | null => policy ?? commandLine
