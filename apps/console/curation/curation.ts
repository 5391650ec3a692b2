import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import {
  agreementSchema,
  type CurationBody,
  curationSchema,
  type QueueOrder,
  queueReplySchema,
} from '@spira/shared/protocol/curationApi.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import { z } from 'zod'
import { request } from '../api/request.ts'

const curationsSchema = z.array(curationSchema)
export type Judgement = Omit<CurationBody, 'id'>

export const useCurations = (recordingId: string) =>
  useQuery({
    queryKey: ['curations', recordingId],
    queryFn: () => request('GET', `/recordings/${recordingId}/curations`, curationsSchema),
  })

export function useJudge(recordingId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (judgement: Judgement) =>
      request('POST', `/recordings/${recordingId}/curations`, curationsSchema, { id: newId(), ...judgement }),
    onSuccess: (curations) => {
      client.setQueryData(['curations', recordingId], curations)
      for (const key of ['recording', 'recordings', 'recordingFacets', 'agreement'])
        void client.invalidateQueries({ queryKey: [key] })
    },
  })
}

export interface Queue {
  readonly order: QueueOrder
  readonly work: 'annotate' | 'adjudicate'
  readonly annotators: number
}

export const useNext = ({ order, work, annotators }: Queue, turn: number, skipped: readonly string[]) =>
  useQuery({
    queryKey: ['queue', order, work, annotators, turn, skipped],
    queryFn: () => {
      const query = new URLSearchParams({ order, work, annotators: String(annotators) })
      for (const id of skipped) query.append('skip', id)
      return request('GET', `/curation/next?${query}`, queueReplySchema)
    },
    staleTime: Number.POSITIVE_INFINITY,
  })

export const useAgreement = () =>
  useQuery({ queryKey: ['agreement'], queryFn: () => request('GET', '/curation/agreement', agreementSchema) })
