import type { CurationSegment } from '@spira/shared/protocol/curationApi.ts'
import { useCallback, useMemo, useState } from 'react'
import { useSession } from '../account/session.ts'
import type { Sound } from '../listening/useSound.ts'
import { useCurations } from './curation.ts'

export interface Marks {
  readonly segments: readonly CurationSegment[]
  /** Marks what is selected; the selection goes. */
  readonly mark: (kind: CurationSegment['kind']) => void
  readonly remove: (segment: CurationSegment) => void
}

/** The stretches marked in a recording: those of one's last judgement, until something is changed. */
export function useMarks(recordingId: string, sound: Sound): Marks {
  const { data: account } = useSession()
  const { data: curations } = useCurations(recordingId)
  const [changed, setChanged] = useState<readonly CurationSegment[] | null>(null)
  const earlier = curations?.find(({ annotator }) => annotator === account?.username)?.segments
  const segments = useMemo(() => changed ?? earlier ?? [], [changed, earlier])
  const { selection, select } = sound
  const mark = useCallback(
    (kind: CurationSegment['kind']) => {
      if (selection === null) return
      const segment = { fromMs: Math.floor(selection.from * 1000), toMs: Math.floor(selection.to * 1000), kind }
      if (segment.toMs <= segment.fromMs) return
      setChanged([...segments, segment].toSorted((a, b) => a.fromMs - b.fromMs))
      select(null)
    },
    [selection, select, segments],
  )
  const remove = useCallback(
    (segment: CurationSegment) => setChanged(segments.filter((each) => each !== segment)),
    [segments],
  )
  return useMemo(() => ({ segments, mark, remove }), [segments, mark, remove])
}
