import { Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import type { ModelWithdrawal } from '@spira/shared/protocol/withdrawalApi.ts'
import { IconClockPlus, IconUserOff } from '@tabler/icons-react'
import { useCallback, useMemo, useState } from 'react'
import { useRole } from '../account/session.ts'
import { useText } from '../catalogue.ts'
import { DataTable } from '../frame/DataTable.tsx'
import { Failure } from '../frame/Failure.tsx'
import { Loading } from '../frame/Loading.tsx'
import { Older } from '../frame/Older.tsx'
import { Page } from '../frame/Page.tsx'
import { modelColumns, ruleColumns, withdrawalColumns } from './columns.tsx'
import { DecisionDialog } from './DecisionDialog.tsx'
import { LabelConflicts } from './LabelConflicts.tsx'
import { RetentionDialog } from './RetentionDialog.tsx'
import { Section } from '../frame/Section.tsx'
import { StorageFacts } from './StorageFacts.tsx'
import { WithdrawDialog } from './WithdrawDialog.tsx'
import {
  type RetentionRule,
  useModelWithdrawals,
  useRetentionRules,
  useSetRetention,
  useSites,
  useWithdrawals,
} from './withdrawals.ts'
import styles from './WithdrawalsPage.module.css'

/** What goes, and what it reaches: withdrawals, models that learned from them, retention; and what is kept though it disagrees. */
export function WithdrawalsPage() {
  const text = useText()
  const role = useRole()
  const mayWithdraw = role === 'administrator' || role === 'clinician-lead'
  const withdrawals = useWithdrawals()
  const [withdrawing, dialog] = useDisclosure(false)
  const columns = useMemo(() => withdrawalColumns(text), [text])
  return (
    <Page
      title={text('page.withdrawals')}
      explanation={text('withdrawals.explanation')}
      actions={
        mayWithdraw && (
          <Button
            onClick={dialog.open}
            leftSection={<IconUserOff size={20} stroke={1.8} aria-hidden />}
            data-testid="withdraw-open"
          >
            {text('withdraw.open')}
          </Button>
        )
      }
    >
      {withdrawals.isPending && <Loading />}
      {withdrawals.error !== null && <Failure error={withdrawals.error} onRetry={() => void withdrawals.refetch()} />}
      {withdrawals.data?.length === 0 && <p className={styles.none}>{text('withdrawals.none')}</p>}
      {withdrawals.data !== undefined && withdrawals.data.length > 0 && (
        <DataTable
          label={text('page.withdrawals')}
          columns={columns}
          rows={withdrawals.data}
          rowId={({ id }) => id}
          wideOnly={['datasetVersions', 'models']}
          rowTestId="withdrawal-row"
        />
      )}
      <Older list={withdrawals} />
      <ModelDecisions mayDecide={mayWithdraw} />
      <Retention mayChange={role === 'administrator'} />
      <LabelConflicts />
      <StorageFacts />
      {withdrawing && <WithdrawDialog onClose={dialog.close} />}
    </Page>
  )
}

function ModelDecisions({ mayDecide }: { mayDecide: boolean }) {
  const text = useText()
  const models = useModelWithdrawals()
  const [deciding, setDeciding] = useState<ModelWithdrawal | null>(null)
  const columns = useMemo(() => modelColumns(text, mayDecide ? setDeciding : undefined), [text, mayDecide])
  return (
    <Section title={text('modelWithdrawal.title')} explanation={text('modelWithdrawal.explanation')}>
      {models.error !== null && <Failure error={models.error} onRetry={() => void models.refetch()} />}
      {models.data?.length === 0 && <p className={styles.none}>{text('modelWithdrawal.none')}</p>}
      {models.data !== undefined && models.data.length > 0 && (
        <DataTable
          label={text('modelWithdrawal.title')}
          columns={columns}
          rows={models.data}
          rowId={({ id }) => id}
          rowTestId="model-withdrawal-row"
        />
      )}
      {deciding !== null && <DecisionDialog model={deciding} onClose={() => setDeciding(null)} />}
    </Section>
  )
}

function Retention({ mayChange }: { mayChange: boolean }) {
  const text = useText()
  const rules = useRetentionRules()
  const sites = useSites()
  const set = useSetRetention()
  const [adding, dialog] = useDisclosure(false)
  const siteName = useCallback(
    (id: string) => sites.data?.find((site) => site.id === id)?.name ?? id.slice(-8),
    [sites.data],
  )
  const { mutate } = set
  const remove = useCallback(
    ({ siteId, protocol }: RetentionRule) => mutate({ siteId, protocol, keepDays: null }),
    [mutate],
  )
  const columns = useMemo(
    () => ruleColumns(text, siteName, mayChange ? remove : undefined),
    [text, siteName, mayChange, remove],
  )
  return (
    <Section
      title={text('retention.heading')}
      explanation={text('retention.explanation')}
      actions={
        mayChange && (
          <Button
            variant="default"
            onClick={dialog.open}
            leftSection={<IconClockPlus size={20} stroke={1.8} aria-hidden />}
            data-testid="retention-open"
          >
            {text('retention.open')}
          </Button>
        )
      }
    >
      {rules.error !== null && <Failure error={rules.error} onRetry={() => void rules.refetch()} />}
      {set.error !== null && <Failure error={set.error} />}
      {rules.data?.length === 0 && <p className={styles.none}>{text('retention.none')}</p>}
      {rules.data !== undefined && rules.data.length > 0 && (
        <DataTable
          label={text('retention.heading')}
          columns={columns}
          rows={rules.data}
          rowId={({ id }) => id}
          wideOnly={['setAt']}
          rowTestId="retention-row"
        />
      )}
      {adding && <RetentionDialog onClose={dialog.close} />}
    </Section>
  )
}
