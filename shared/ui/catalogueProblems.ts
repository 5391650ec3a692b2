import type { Catalogue, Messages } from './languages.ts'

/** Names of a message's arguments (ICU message syntax): `{count, plural, one {…} other {…}}` has one, `count`. */
function placeholders(message: string): string {
  const names = new Set<string>()
  const open: ('message' | 'argument' | 'options')[] = ['message']
  for (let at = 0; at < message.length; at++) {
    if (message[at] === '}') open.pop()
    if (message[at] !== '{') continue
    if (open.at(-1) === 'options') {
      open.push('message')
      continue
    }
    const [, name = '', end] = /^\{\s*(\w+)\s*([,}])/.exec(message.slice(at)) ?? []
    names.add(name)
    open.push(end === ',' ? 'options' : 'argument')
  }
  return [...names].sort().join(' ')
}

/**
 * What is wrong with a catalogue: a message missing or empty in a language, placeholders that differ between languages, and
 * messages that no source says, by whole id in quotes or by its beginning in a template literal.
 */
export function catalogueProblems(catalogue: Catalogue, sources: readonly string[]): string[] {
  const ids = [...new Set(Object.values(catalogue).flatMap((messages) => Object.keys(messages)))]
  const text = sources.join('\n')
  const beginnings = [...text.matchAll(/`([a-zA-Z]+(?:\.[a-zA-Z0-9-]+)*\.)\$\{/g)].flatMap((m) => m[1] ?? [])
  const problems: string[] = []
  for (const id of ids) {
    const said = text.includes(`'${id}'`) || text.includes(`"${id}"`) || beginnings.some((b) => id.startsWith(b))
    if (!said) problems.push(`unused: ${id}`)
    for (const [language, messages] of Object.entries(catalogue))
      problems.push(...messageProblems(id, language, messages, catalogue.en))
  }
  return problems
}

function messageProblems(id: string, language: string, messages: Messages, reference: Messages): string[] {
  const message = messages[id]
  if (message === undefined || message.trim() === '') return [`missing in ${language}: ${id}`]
  const expected = placeholders(reference[id] ?? '')
  return placeholders(message) === expected ? [] : [`placeholders differ in ${language}: ${id}`]
}
