import { Skeleton } from '@mantine/core'
import type { Participant } from '@spira/shared/protocol/records.ts'
import { useEffect, useState } from 'react'
import { useBedside } from '../app/BedsideContext.tsx'
import { FailurePanel } from '../app/FailurePanel.tsx'
import type { Take } from '../bedside/bedside.ts'
import { DescriptorTable } from './DescriptorTable.tsx'
import { RelevanceView } from './RelevanceView.tsx'
import type { TakeAnalysis } from './takeAnalysis.ts'
import { descriptorRows } from './usualRanges.ts'

interface TakeDetailsProps {
  readonly take: Take
  readonly sex: Participant['sex']
}

/** What can be seen and measured of a take: spectrogram with the seconds that mattered, and descriptors with what is usual. */
export function TakeDetails({ take, sex }: TakeDetailsProps) {
  const { recorder } = useBedside()
  const [analysis, setAnalysis] = useState<TakeAnalysis | null>(null)
  const [error, setError] = useState<unknown>(null)
  const { recordingId, outcome, task } = take
  useEffect(() => {
    let current = true
    recorder.analyse(recordingId).then(
      (found) => current && setAnalysis(found),
      (failure: unknown) => current && setError(failure),
    )
    return () => {
      current = false
    }
  }, [recorder, recordingId])
  if (error !== null) return <FailurePanel error={error} />
  if (analysis === null) return <Skeleton height="14rem" radius="md" data-testid="analysis-pending" />
  const assessment = outcome.status === 'scored' ? outcome.assessment : null
  return (
    <>
      <RelevanceView analysis={analysis} assessment={assessment} windowSeconds={assessment?.windowSeconds ?? null} />
      <DescriptorTable rows={descriptorRows(analysis.descriptors, task, sex)} speechBy={analysis.speechBy} />
    </>
  )
}
