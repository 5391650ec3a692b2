import type { Catalogue, Messages } from './languages.ts'

const placeholders = (message: string): string =>
  [...message.matchAll(/\{(\w+)/g)]
    .map((m) => m[1])
    .sort()
    .join(' ')

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
