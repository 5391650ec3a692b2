import { readdir } from 'node:fs/promises'
import { UsageError, type Verb } from './verb.ts'

const folder = new URL('./verbs/', import.meta.url)
const names = (await readdir(folder))
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .map((file) => file.slice(0, -3))
  .sort()

const load = async (name: string): Promise<Verb> =>
  ((await import(new URL(`${name}.ts`, folder).href)) as { default: Verb }).default

const [name, ...args] = process.argv.slice(2)

if (name === undefined || name === '--help' || name === 'help') {
  console.log('spira VERB [arguments] [--json]    spira VERB --help\n')
  for (const verb of names) console.log(`  ${verb.padEnd(14)} ${(await load(verb)).summary}`)
} else if (!names.includes(name)) {
  console.error(`spira: there is no verb "${name}". The verbs are: ${names.join(', ')}.`)
  process.exitCode = 2
} else {
  const verb = await load(name)
  if (args.includes('--help')) {
    console.log(`spira ${name}: ${verb.summary}\n\n${verb.help}`)
  } else {
    try {
      process.exitCode = await verb.run(args)
    } catch (error) {
      console.error(`spira ${name}: ${error instanceof Error ? error.message : String(error)}`)
      if (error instanceof UsageError) console.error(`\n${verb.help}`)
      process.exitCode = error instanceof UsageError ? 2 : 1
    }
  }
}
