import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { CONSOLE_API } from '@spira/shared/protocol/consoleApi.ts'
import {
  exportPreviewSchema,
  type ExportLayout,
  type ExportRow,
  exportRowSchema,
} from '@spira/shared/protocol/exportsApi.ts'
import { usePages } from '../api/pages.ts'
import { request } from '../api/request.ts'

export interface WantedExport {
  readonly datasetVersionId: string
  readonly layout: ExportLayout
  readonly audio: 'wav' | 'flac'
  readonly clearedText: readonly 'label_cause'[]
}

const EXPORTS_KEY = ['exports'] as const
const WATCH_MS = 1_000

const underWay = (row: ExportRow): boolean => row.status === 'queued' || row.status === 'running'

/** Asked every second while one is being written. */
export const useExports = () =>
  usePages({
    queryKey: EXPORTS_KEY,
    path: '/exports',
    item: exportRowSchema,
    refetchMs: (rows) => (rows.some(underWay) ? WATCH_MS : false),
  })

/** What would leave, before anything does. */
export const usePreview = (wanted: WantedExport) =>
  useQuery({
    queryKey: ['export-preview', wanted],
    queryFn: () => request('POST', '/exports/dry-run', exportPreviewSchema, wanted),
  })

export function useStartExport() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (wanted: WantedExport) => request('POST', '/exports', exportRowSchema, wanted),
    onSuccess: () => client.invalidateQueries({ queryKey: EXPORTS_KEY }),
  })
}

export function useCancelExport() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => request('POST', `/exports/${id}/cancel`, exportRowSchema, {}),
    onSuccess: () => client.invalidateQueries({ queryKey: EXPORTS_KEY }),
  })
}

export const exportUrl = (id: string, part: 'file' | 'checksum' | 'croissant'): string =>
  `${CONSOLE_API}/exports/${id}/${part}`
