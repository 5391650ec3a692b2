import type { Facet } from '@spira/shared/protocol/recordingsApi.ts'
import { type MessageId, useText } from '../catalogue.ts'
import en from '../languages/en.json' with { type: 'json' }

const PREFIX: Readonly<Partial<Record<Facet, string>>> = {
  task: 'task',
  label: 'label',
  quality: 'quality',
  decision: 'decision.short',
  curation: 'curation',
  sex: 'sex',
}

const isMessage = (id: string): id is MessageId => Object.hasOwn(en, id)

/** A facet's value in the reader's language; what has no word of ours (a site, a cause) as it is. */
export function useFacetText(): (facet: Facet, value: string, name?: string | null) => string {
  const text = useText()
  return (facet, value, name) => {
    const id = `${PREFIX[facet] ?? ''}.${value}`
    if (isMessage(id)) return text(id)
    return value === 'none' ? text('facet.none') : (name ?? value)
  }
}
