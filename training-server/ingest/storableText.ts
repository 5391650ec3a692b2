import type { Json } from '@spira/shared/protocol/canonicalJson.ts'

/** PostgreSQL's text and jsonb hold neither U+0000 nor half a surrogate pair. */
export function isStorable(value: Json | undefined): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0')
  if (value === null || typeof value !== 'object') return true
  return Object.entries(value).every(([key, member]) => isStorable(key) && isStorable(member))
}
