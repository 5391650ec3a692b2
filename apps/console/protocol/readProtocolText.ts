import { clinicalProtocolSchema, type ClinicalProtocol } from '@spira/shared/protocol/clinicalProtocol.ts'

export type ProtocolText =
  | { readonly protocol: ClinicalProtocol; readonly problems: readonly [] }
  | { readonly protocol: null; readonly problems: readonly string[] }

/** At most so many problems are named at once: the first often brings the others. */
const MOST_PROBLEMS = 8

/** The protocol that a text is, or what is wrong with it, place by place. */
export function readProtocolText(text: string): ProtocolText {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    return { protocol: null, problems: [error instanceof Error ? error.message : String(error)] }
  }
  const parsed = clinicalProtocolSchema.safeParse(json)
  if (parsed.success) return { protocol: parsed.data, problems: [] }
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  return { protocol: null, problems: problems.slice(0, MOST_PROBLEMS) }
}
