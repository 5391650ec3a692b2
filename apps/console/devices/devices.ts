import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { deviceRowSchema, enrolmentCodeReplySchema } from '@spira/shared/protocol/consoleApi.ts'
import { carriedImportSchema } from '@spira/shared/protocol/carriedRecord.ts'
import { type DevicePolicy, devicePolicySchema } from '@spira/shared/protocol/devicePolicy.ts'
import { z } from 'zod'
import { command, request } from '../api/request.ts'

export type DeviceRow = z.infer<typeof deviceRowSchema>
const DEVICES_KEY = ['devices'] as const
/** While a code is on the screen, somebody is enrolling. */
const REFRESH_MS = 5_000

export const useDevices = () =>
  useQuery({
    queryKey: DEVICES_KEY,
    queryFn: () => request('GET', '/devices', z.array(deviceRowSchema)),
    refetchInterval: REFRESH_MS,
  })

/** `siteName` empty: the server's first site. */
export const useCreateEnrolmentCode = () =>
  useMutation({
    mutationFn: ({ siteName }: { siteName: string }) =>
      request('POST', '/enrolment-codes', enrolmentCodeReplySchema, siteName === '' ? {} : { siteName }),
  })

export function useRevoke() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (deviceId: string) => command('POST', `/devices/${deviceId}/revoke`),
    onSuccess: () => client.invalidateQueries({ queryKey: DEVICES_KEY }),
  })
}

type CarriedImport = z.infer<typeof carriedImportSchema>

export const useImportCarried = () =>
  useMutation({ mutationFn: (file: File) => request('POST', '/carried-files', carriedImportSchema, file) })

/** The receipts as the bedside app reads them, for a link that saves them. */
export const receiptsFile = ({ receipts }: CarriedImport): string =>
  `data:application/json;charset=utf-8,${encodeURIComponent(JSON.stringify(receipts))}`

const POLICY_KEY = ['device-policy'] as const

export const useDevicePolicy = () =>
  useQuery({ queryKey: POLICY_KEY, queryFn: () => request('GET', '/device-policy', devicePolicySchema) })

export function useSetDevicePolicy() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (policy: DevicePolicy) => command('POST', '/device-policy', policy),
    onSuccess: () => client.invalidateQueries({ queryKey: POLICY_KEY }),
  })
}
