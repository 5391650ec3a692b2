import { Button } from '@mantine/core'
import { ToneBadge } from '@spira/shared/ui/ToneBadge.tsx'
import type { ModelWithdrawal, WithdrawalRow } from '@spira/shared/protocol/withdrawalApi.ts'
import { IconCircleCheck, IconHourglass, IconScale } from '@tabler/icons-react'
import { createColumnHelper } from '@tanstack/react-table'
import type { ConsoleText } from '../catalogue.ts'
import type { Column, TableFeature } from '../frame/DataTable.tsx'
import { DayAndTime } from '../frame/DayAndTime.tsx'
import type { RetentionRule } from './withdrawals.ts'

const withdrawals = createColumnHelper<TableFeature, WithdrawalRow>()

export function withdrawalColumns(text: ConsoleText): readonly Column<WithdrawalRow>[] {
  return withdrawals.columns([
    withdrawals.accessor('withdrawnAt', {
      header: text('withdrawal.at'),
      cell: ({ getValue }) => <DayAndTime instant={getValue()} />,
    }),
    withdrawals.accessor('siteName', {
      header: text('withdrawal.site'),
      cell: ({ row: { original } }) => (
        <>
          <strong>{original.siteName}</strong>
          <span className="second">{text(`withdrawal.origin.${original.origin}`)}</span>
        </>
      ),
    }),
    withdrawals.display({
      id: 'devices',
      header: text('withdrawal.devices'),
      cell: ({ row: { original } }) => {
        const { devices, devicesDone } = original
        const done = devicesDone >= devices
        return (
          <ToneBadge tone={done ? 'good' : 'warn'} icon={done ? IconCircleCheck : IconHourglass}>
            {text('withdrawal.devicesDone', { done: devicesDone, all: devices })}
          </ToneBadge>
        )
      },
    }),
    withdrawals.accessor('datasetVersions', { header: text('withdrawal.datasets') }),
    withdrawals.accessor('models', { header: text('withdrawal.models') }),
  ])
}

const models = createColumnHelper<TableFeature, ModelWithdrawal>()

/** `onDecide` is absent for whoever may not. */
export function modelColumns(
  text: ConsoleText,
  onDecide: ((model: ModelWithdrawal) => void) | undefined,
): readonly Column<ModelWithdrawal>[] {
  return models.columns([
    models.accessor('modelVersion', {
      header: text('modelWithdrawal.model'),
      cell: ({ getValue }) => <strong>{text('models.version', { version: getValue() })}</strong>,
    }),
    models.accessor('flaggedAt', {
      header: text('modelWithdrawal.flagged'),
      cell: ({ getValue }) => <DayAndTime instant={getValue()} />,
    }),
    models.accessor('decision', {
      header: text('modelWithdrawal.decision'),
      cell: ({ row: { original } }) =>
        original.decision === null ? (
          <ToneBadge tone="warn" icon={IconScale}>
            {text('modelWithdrawal.open')}
          </ToneBadge>
        ) : (
          <>
            <strong>{text(`modelWithdrawal.${original.decision}`)}</strong>
            <span className="second">{original.reason}</span>
          </>
        ),
    }),
    models.display({
      id: 'decide',
      header: text('modelWithdrawal.actions'),
      cell: ({ row: { original } }) =>
        onDecide !== undefined && (
          <Button variant="subtle" onClick={() => onDecide(original)} data-testid="decide-model">
            {text(original.decision === null ? 'modelWithdrawal.decide' : 'modelWithdrawal.again')}
          </Button>
        ),
    }),
  ])
}

const rules = createColumnHelper<TableFeature, RetentionRule>()

/** `onRemove` is absent for whoever may not. */
export function ruleColumns(
  text: ConsoleText,
  siteName: (id: string) => string,
  onRemove: ((rule: RetentionRule) => void) | undefined,
): readonly Column<RetentionRule>[] {
  return rules.columns([
    rules.accessor('siteId', {
      header: text('retention.site'),
      cell: ({ getValue }) => {
        const siteId = getValue()
        return <strong>{siteId === null ? text('retention.everySite') : siteName(siteId)}</strong>
      },
    }),
    rules.accessor('protocol', {
      header: text('retention.protocol'),
      cell: ({ getValue }) => getValue() ?? text('retention.everyProtocol'),
    }),
    rules.accessor('keepDays', {
      header: text('retention.keep'),
      cell: ({ getValue }) => text('retention.days', { days: getValue() }),
    }),
    rules.accessor('setAt', {
      header: text('retention.setAt'),
      cell: ({ getValue }) => <DayAndTime instant={getValue()} />,
    }),
    rules.display({
      id: 'remove',
      header: text('retention.actions'),
      cell: ({ row: { original } }) =>
        onRemove !== undefined && (
          <Button variant="subtle" onClick={() => onRemove(original)} data-testid="remove-rule">
            {text('retention.remove')}
          </Button>
        ),
    }),
  ])
}
