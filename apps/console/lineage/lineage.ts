import { useQuery } from '@tanstack/react-query'
import { modelLineageSchema, recordingLineageSchema } from '@spira/shared/protocol/lineage.ts'
import { request } from '../api/request.ts'

export const useModelLineage = (modelId: string) =>
  useQuery({
    queryKey: ['model-versions', modelId, 'lineage'],
    queryFn: () => request('GET', `/model-versions/${modelId}/lineage`, modelLineageSchema),
  })

export const useRecordingLineage = (recordingId: string) =>
  useQuery({
    queryKey: ['recordings', recordingId, 'lineage'],
    queryFn: () => request('GET', `/recordings/${recordingId}/lineage`, recordingLineageSchema),
  })
