import type { Confirmed, Entries, Entry } from '@spira/shared/protocol/clinicalProtocolAnswers.ts'
import { useCallback, useMemo, useState } from 'react'
import type { EncounterDraft } from '../bedside/bedside.ts'
import { useSaving } from '../encounter/useSaving.ts'

/** What is typed into a draft: shown at once, and on its way to the disk with every key. */
export function useEntries(draft: EncounterDraft) {
  const { save, error } = useSaving(draft.id)
  const [entries, setEntries] = useState<Entries>(draft.entries)
  const [confirmed, setConfirmed] = useState<Confirmed>(draft.confirmed)
  const enter = useCallback(
    (field: string, entry: Entry | undefined) => {
      setEntries((now) => ({ ...now, [field]: entry }))
      save({ entries: { [field]: entry ?? '' } })
    },
    [save],
  )
  const confirm = useCallback(
    (field: string, value: number | undefined) => {
      setConfirmed((now) => ({ ...now, [field]: value }))
      save({ confirmed: { [field]: value } })
    },
    [save],
  )
  return useMemo(
    () => ({ entries, confirmed, enter, confirm, save, error }),
    [entries, confirmed, enter, confirm, save, error],
  )
}
