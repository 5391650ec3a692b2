import { useCallback } from 'react'
import { useBedside } from '../app/BedsideContext.tsx'
import { type Gathered, useGathered } from '../app/useGathered.ts'
import type { DraftChange } from '../bedside/bedside.ts'

/** Saves a draft as it is typed into. */
export function useSaving(encounterId: string): Gathered<DraftChange> {
  const { encounters } = useBedside()
  return useGathered(
    useCallback((change: DraftChange) => encounters.update(encounterId, change), [encounters, encounterId]),
    merged,
  )
}

/** Both changes; of entries and of what was typed, those of both. */
export function merged(earlier: DraftChange, later: DraftChange): DraftChange {
  const both = { ...earlier, ...later }
  return {
    ...both,
    ...(both.entries !== undefined && { entries: { ...earlier.entries, ...later.entries } }),
    ...(both.confirmed !== undefined && { confirmed: { ...earlier.confirmed, ...later.confirmed } }),
    ...(both.typed !== undefined && { typed: { ...earlier.typed, ...later.typed } }),
  }
}
