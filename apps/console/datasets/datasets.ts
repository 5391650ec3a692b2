import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type DatasetVersion, datasetVersionSchema } from '@spira/shared/protocol/consoleApi.ts'
import { everyPage } from '../api/pages.ts'
import { request } from '../api/request.ts'

const DATASETS_KEY = ['dataset-versions'] as const

const newestFirst = (versions: readonly DatasetVersion[]): DatasetVersion[] =>
  [...versions].sort((one, other) => other.frozenAt.localeCompare(one.frozenAt))

export const useDatasetVersions = () =>
  useQuery({
    queryKey: DATASETS_KEY,
    queryFn: async () => newestFirst(await everyPage('/dataset-versions', datasetVersionSchema)),
  })

export function useFreeze() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: { name: string; description: string }) =>
      request('POST', '/dataset-versions', datasetVersionSchema, body),
    onSuccess: () => client.invalidateQueries({ queryKey: DATASETS_KEY }),
  })
}
