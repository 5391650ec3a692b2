import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'

/**
 * Asks for a passphrase without showing it; twice when a new key is made with it.
 *
 * @param file holds it instead, on its first line: for scripts. Whoever reads that file can sign.
 */
export async function askPassphrase(
  question: string,
  kind: 'new' | 'existing',
  file: string | undefined,
): Promise<string> {
  if (file !== undefined) return ((await readFile(file, 'utf8')).split('\n')[0] ?? '').trimEnd()
  if (!process.stdin.isTTY) throw new Error('There is no terminal to ask for the passphrase on: use --passphrase-file.')
  const first = await hidden(`${question}: `)
  if (kind === 'new' && (await hidden('Once more: ')) !== first) throw new Error('The two were not the same.')
  return first
}

async function hidden(question: string): Promise<string> {
  process.stderr.write(question)
  const nothing = new Writable({ write: (_chunk, _encoding, done) => done() })
  const reader = createInterface({ input: process.stdin, output: nothing, terminal: true })
  try {
    return await reader.question('')
  } finally {
    reader.close()
    process.stderr.write('\n')
  }
}
