import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import {
  importDetailSchema,
  type ImportMapping,
  importReportSchema,
  importRowSchema,
} from '@spira/shared/protocol/importsApi.ts'
import { usePages } from '../api/pages.ts'
import { command, request, requestFile } from '../api/request.ts'

const IMPORTS_KEY = ['imports'] as const
const AT_ONCE = 3

export const useImports = () =>
  usePages({ queryKey: [...IMPORTS_KEY, 'list'], path: '/imports', item: importRowSchema })

export const useImport = (id: string) =>
  useQuery({ queryKey: [...IMPORTS_KEY, id], queryFn: () => request('GET', `/imports/${id}`, importDetailSchema) })

function useImportsMutation<Input, Output>(mutationFn: (input: Input) => Promise<Output>) {
  const client = useQueryClient()
  return useMutation({ mutationFn, onSuccess: () => client.invalidateQueries({ queryKey: IMPORTS_KEY }) })
}

export const useCreateImport = () =>
  useImportsMutation((body: { name: string }) => request('POST', '/imports', importRowSchema, body))

export const useDiscardImport = () => useImportsMutation((id: string) => command('DELETE', `/imports/${id}`))
export const useUndoImport = () =>
  useImportsMutation((id: string) => request('POST', `/imports/${id}/undo`, importRowSchema, {}))
export const useFileImport = (id: string) =>
  useImportsMutation((mapping: ImportMapping) => request('POST', `/imports/${id}/file`, importRowSchema, mapping))

export const useCheckImport = (id: string) =>
  useMutation({
    mutationFn: (mapping: ImportMapping) => request('POST', `/imports/${id}/check`, importReportSchema, mapping),
  })

/** All rows with findings, as a file of this browser's downloads. */
export const useReportDownload = (id: string) =>
  useMutation({
    mutationFn: async (mapping: ImportMapping) => {
      const address = URL.createObjectURL(await requestFile('POST', `/imports/${id}/report`, mapping))
      Object.assign(document.createElement('a'), { href: address, download: 'import-report.csv' }).click()
      // The browser has begun to read it by then.
      setTimeout(() => URL.revokeObjectURL(address), 60_000)
    },
  })

/** Sends files one after another, a few at once; `onProgress` says how many are there. Stops at the first refusal; what is there stays. */
export const useBringFiles = (id: string, onProgress: (done: number) => void) =>
  useImportsMutation(async (files: readonly File[]) => {
    const waiting = files.values()
    let done = 0
    const bring = async (): Promise<void> => {
      for (const file of waiting) {
        const path = file.webkitRelativePath === '' ? file.name : file.webkitRelativePath
        // oxlint-disable-next-line no-await-in-loop -- one after another: the server decodes them so
        await command('POST', `/imports/${id}/files?path=${encodeURIComponent(path)}`, file)
        done += 1
        onProgress(done)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, bring))
  })
