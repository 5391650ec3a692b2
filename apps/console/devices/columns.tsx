import { Button } from '@mantine/core'
import { ToneBadge } from '@spira/shared/ui/ToneBadge.tsx'
import { IconBan, IconCircleCheck } from '@tabler/icons-react'
import { createColumnHelper } from '@tanstack/react-table'
import type { ConsoleText } from '../catalogue.ts'
import type { Column, TableFeature } from '../frame/DataTable.tsx'
import type { DeviceRow } from './devices.ts'

const helper = createColumnHelper<TableFeature, DeviceRow>()

/** `onRevoke` is absent for whoever may not. */
export function deviceColumns(
  text: ConsoleText,
  when: (instant: string) => string,
  onRevoke: ((device: DeviceRow) => void) | undefined,
): readonly Column<DeviceRow>[] {
  return helper.columns([
    helper.accessor('name', {
      header: text('device.name'),
      cell: ({ row: { original } }) => (
        <>
          <strong>{original.name}</strong>
          <span className="second">{original.siteName}</span>
        </>
      ),
    }),
    helper.accessor('revokedAt', {
      id: 'state',
      header: text('device.state'),
      cell: ({ getValue }) =>
        getValue() === null ? (
          <ToneBadge tone="good" icon={IconCircleCheck}>
            {text('device.enrolled')}
          </ToneBadge>
        ) : (
          <ToneBadge tone="alarm" icon={IconBan}>
            {text('device.revoked')}
          </ToneBadge>
        ),
    }),
    helper.accessor('modelVersion', {
      id: 'model',
      header: text('device.model'),
      cell: ({ getValue, row: { original } }) => {
        const version = getValue()
        return (
          <>
            {version === null ? text('device.modelUnknown') : text('model.version', { version })}
            <span className="second">
              {text('device.appVersion')} {original.appVersion}
            </span>
          </>
        )
      },
    }),
    helper.accessor('lastSeenAt', {
      id: 'seen',
      header: text('device.lastSeen'),
      cell: ({ getValue, row: { original } }) => {
        const seen = getValue()
        return (
          <>
            {seen === null ? text('device.never') : when(seen)}
            <span className="second">{text('device.enrolledOn', { when: when(original.enrolledAt) })}</span>
          </>
        )
      },
    }),
    helper.accessor('awaited', {
      id: 'awaited',
      header: text('device.awaited'),
      cell: ({ getValue }) => text('device.awaitedCount', { count: getValue() }),
    }),
    helper.display({
      id: 'revoke',
      header: text('device.actions'),
      cell: ({ row: { original } }) =>
        onRevoke !== undefined &&
        original.revokedAt === null && (
          <Button variant="subtle" onClick={() => onRevoke(original)} data-testid="device-revoke">
            {text('revoke.open')}
          </Button>
        ),
    }),
  ])
}
