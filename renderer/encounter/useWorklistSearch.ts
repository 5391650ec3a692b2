import { bareRecordNumber } from '@spira/shared/protocol/recordNumber.ts'
import { useEffect, useMemo, useState } from 'react'
import { useBedside } from '../app/BedsideContext.tsx'
import type { EncounterSummary } from '../bedside/bedside.ts'
import { type Filter, FILTERS, isIn, matches } from './worklistFilter.ts'

/** Shorter numbers are not looked up. */
const LEAST_RECORD_NUMBER = 3

/** What is looked for on the worklist, and what is left of it. */
export function useWorklistSearch(worklist: readonly EncounterSummary[]) {
  const { participants } = useBedside()
  const [typed, setTyped] = useState('')
  const [filter, setFilter] = useState<Filter>('all')
  /** The participant whose whole record number was typed. */
  const [byNumber, setByNumber] = useState<string | null>(null)
  useEffect(() => {
    let current = true
    const bare = bareRecordNumber(typed)
    const find = async () => {
      const found = bare.length < LEAST_RECORD_NUMBER ? null : await participants.find(bare)
      if (current) setByNumber(found?.participant.id ?? null)
    }
    // A look-up that fails finds nobody; the worklist itself goes on.
    find().catch(() => setByNumber(null))
    return () => {
      current = false
    }
  }, [typed, participants])
  const searched = useMemo(
    () => worklist.filter((encounter) => matches(typed, encounter) || encounter.participantId === byNumber),
    [worklist, typed, byNumber],
  )
  const counts = useMemo(
    () => new Map(FILTERS.map((name) => [name, searched.filter((encounter) => isIn(name, encounter)).length])),
    [searched],
  )
  const found = useMemo(() => searched.filter((encounter) => isIn(filter, encounter)), [searched, filter])
  return { typed, setTyped, filter, setFilter, counts, found }
}
