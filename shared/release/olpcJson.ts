import type { Json } from '../protocol/canonicalJson.ts'

/**
 * Canonical JSON as TUF signs it (OLPC form, http://wiki.laptop.org/go/Canonical_JSON): like protocol/canonicalJson.ts but with
 * only backslash and double quote escaped, control characters standing as they are, and no fractions. The two forms differ for
 * a string with a line break, so metadata is never signed with the other one.
 *
 * @throws RangeError for a number that is not an integer.
 */
export function olpcJson(value: Json): string {
  if (typeof value === 'string') return quote(value)
  if (typeof value === 'number' && !Number.isInteger(value)) throw new RangeError('canonical JSON has no fractions')
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (isArray(value)) return `[${value.map(olpcJson).join(',')}]`
  const members: string[] = []
  for (const key of Object.keys(value).sort()) {
    const member = value[key]
    if (member !== undefined) members.push(`${quote(key)}:${olpcJson(member)}`)
  }
  return `{${members.join(',')}}`
}

const quote = (text: string): string => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`
const isArray: (value: Json) => value is readonly Json[] = Array.isArray
