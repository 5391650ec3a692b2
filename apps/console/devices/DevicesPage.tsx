import { Button, Group } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconDeviceTablet, IconEraser, IconPlus, IconUsb } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import { useRole } from '../account/session.ts'
import { useText } from '../catalogue.ts'
import { DataTable } from '../frame/DataTable.tsx'
import { Empty } from '../frame/Empty.tsx'
import { Dialog } from '../frame/Dialog.tsx'
import { Failure } from '../frame/Failure.tsx'
import dialogStyles from '../frame/dialog.module.css'
import { Loading } from '../frame/Loading.tsx'
import { Page } from '../frame/Page.tsx'
import { useWhen } from '../frame/useFormats.ts'
import { CarriedFileDialog } from './CarriedFileDialog.tsx'
import { deviceColumns } from './columns.tsx'
import { type DeviceRow, useDevices, useRevoke } from './devices.ts'
import { EnrolmentCodeDialog } from './EnrolmentCodeDialog.tsx'
import { ErasePolicyDialog } from './ErasePolicyDialog.tsx'

import { SitesPart } from './SitesPart.tsx'

export function DevicesPage() {
  const text = useText()
  const when = useWhen()
  const role = useRole()
  const mayChange = role === 'administrator'
  const [carrying, carried] = useDisclosure(false)
  const [settingPolicy, policy] = useDisclosure(false)
  const devices = useDevices()
  const [enrolling, dialog] = useDisclosure(false)
  const [revoking, setRevoking] = useState<DeviceRow | null>(null)
  const columns = useMemo(() => deviceColumns(text, when, mayChange ? setRevoking : undefined), [text, when, mayChange])
  const siteNames = [...new Set(devices.data?.map(({ siteName }) => siteName) ?? [])]
  return (
    <Page
      title={text('page.devices')}
      explanation={text('devices.explanation')}
      actions={
        <Group>
          {mayChange && (
            <Button
              variant="default"
              onClick={policy.open}
              leftSection={<IconEraser size={20} stroke={1.8} aria-hidden />}
              data-testid="erase-policy-open"
            >
              {text('erasePolicy.open')}
            </Button>
          )}
          {(mayChange || role === 'clinician-lead') && (
            <Button
              variant="default"
              onClick={carried.open}
              leftSection={<IconUsb size={20} stroke={1.8} aria-hidden />}
              data-testid="carried-open"
            >
              {text('carried.open')}
            </Button>
          )}
          {mayChange && (
            <Button
              onClick={dialog.open}
              leftSection={<IconPlus size={20} stroke={1.8} aria-hidden />}
              data-testid="enrolment-code-create"
            >
              {text('code.open')}
            </Button>
          )}
        </Group>
      }
    >
      {devices.isPending && <Loading />}
      {devices.error !== null && <Failure error={devices.error} onRetry={() => void devices.refetch()} />}
      {devices.data?.length === 0 && (
        <Empty icon={IconDeviceTablet} title={text('devices.none')}>
          {text('devices.noneYet')}
        </Empty>
      )}
      {devices.data !== undefined && devices.data.length > 0 && (
        <DataTable
          label={text('page.devices')}
          columns={columns}
          rows={devices.data}
          rowId={({ id }) => id}
          wideOnly={['seen', 'awaited', 'model']}
          rowTestId="device-row"
        />
      )}
      <SitesPart mayChange={mayChange} />
      {enrolling && <EnrolmentCodeDialog siteNames={siteNames} onClose={dialog.close} />}
      {carrying && <CarriedFileDialog onClose={carried.close} />}
      {settingPolicy && <ErasePolicyDialog onClose={policy.close} />}
      {revoking !== null && <RevokeDialog device={revoking} onClose={() => setRevoking(null)} />}
    </Page>
  )
}

function RevokeDialog({ device, onClose }: { device: DeviceRow; onClose: () => void }) {
  const text = useText()
  const revoke = useRevoke()
  return (
    <Dialog onClose={onClose} title={text('revoke.title', { device: device.name })}>
      <div className={dialogStyles.form}>
        <p>{text('revoke.explanation')}</p>
        {revoke.error !== null && <Failure error={revoke.error} />}
        <div className={dialogStyles.actions}>
          <Button variant="default" onClick={onClose} data-autofocus>
            {text('dialog.cancel')}
          </Button>
          <Button
            loading={revoke.isPending}
            onClick={() => revoke.mutate(device.id, { onSuccess: onClose })}
            data-testid="revoke-submit"
          >
            {text('revoke.submit')}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
