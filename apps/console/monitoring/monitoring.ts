import { alertSchema, monitoredWeekSchema } from '@spira/shared/protocol/monitoring.ts'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { z } from 'zod'
import { everyPage } from '../api/pages.ts'
import { command, request } from '../api/request.ts'

const ALERTS_KEY = ['alerts'] as const
const REFRESH_MS = 60_000

export const useMonitoring = () =>
  useQuery({
    queryKey: ['monitoring'],
    queryFn: () => request('GET', '/monitoring', z.array(monitoredWeekSchema)),
    refetchInterval: REFRESH_MS,
  })

export const useAlerts = () =>
  useQuery({
    queryKey: ALERTS_KEY,
    // All of them: one that nobody has closed may be old.
    queryFn: () => everyPage('/alerts', alertSchema),
    refetchInterval: REFRESH_MS,
  })

/** Somebody has looked. */
export function useCloseAlert() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => command('POST', `/alerts/${id}/close`),
    onSettled: () => client.invalidateQueries({ queryKey: ALERTS_KEY }),
  })
}
