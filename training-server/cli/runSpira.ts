import { readdir } from 'node:fs/promises'
import { EXIT_CODES, UsageError, type Verb } from './verb.ts'

const folder = new URL('./verbs/', import.meta.url)

/** Every verb by its name, in order: the files of verbs/. */
export const verbNames = async (): Promise<string[]> =>
  (await readdir(folder))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => file.slice(0, -3))
    .sort()

/** @param name one of `verbNames` */
export const loadVerb = async (name: string): Promise<Verb> =>
  ((await import(new URL(`${name}.ts`, folder).href)) as { default: Verb }).default

/** Does what a command line asks for. @returns the exit code (EXIT_CODES). */
export async function runSpira([name, ...args]: readonly string[]): Promise<number> {
  const names = await verbNames()
  if (name === undefined || name === '--help' || name === 'help') {
    console.log('spira VERB [arguments] [--json]    spira VERB --help\n')
    for (const verb of names) console.log(`  ${verb.padEnd(14)} ${(await loadVerb(verb)).summary}`)
    console.log(`\n${EXIT_CODES}`)
    return 0
  }
  if (!names.includes(name)) {
    console.error(`spira: there is no verb "${name}". The verbs are: ${names.join(', ')}.`)
    return 2
  }
  const verb = await loadVerb(name)
  if (args.includes('--help')) {
    console.log(`spira ${name}: ${verb.summary}\n\n${verb.help}\n\n${EXIT_CODES}`)
    return 0
  }
  try {
    return await verb.run(args)
  } catch (error) {
    console.error(`spira ${name}: ${error instanceof Error ? error.message : String(error)}`)
    if (!isUsage(error)) return 1
    console.error(`\n${verb.help}`)
    return 2
  }
}

/** Node's own parser of arguments has a family of codes. */
const isUsage = (error: unknown): boolean =>
  error instanceof UsageError ||
  (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))
