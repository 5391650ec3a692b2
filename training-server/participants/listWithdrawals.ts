import { sql } from 'kysely'
import type { WithdrawalRow } from '@spira/shared/protocol/withdrawalApi.ts'
import type { ServerContext } from '../server/context.ts'

/** The withdrawals, the latest first, each with what it has reached. Nothing in it leads back to anybody. */
export async function listWithdrawals({ db }: Pick<ServerContext, 'db'>): Promise<WithdrawalRow[]> {
  const { rows } = await sql<
    Omit<WithdrawalRow, 'withdrawnAt' | 'receivedAt'> & { withdrawnAt: Date; receivedAt: Date }
  >`
    select withdrawals.id, sites.name as "siteName", origin, withdrawals.withdrawn_at as "withdrawnAt", received_at as "receivedAt",
      (select count(*) from devices where devices.site_id = withdrawals.site_id and revoked_at is null)::int as devices,
      (select count(*) from devices join changes on changes.body ->> 'type' = 'participant.withdrawn'
        and changes.body ->> 'participantId' = withdrawals.participant_id::text
        where devices.site_id = withdrawals.site_id and revoked_at is null and changes_done >= changes.position)::int as "devicesDone",
      (select count(distinct dataset_version_id) from dataset_withdrawals
        join withdrawn_records on withdrawn_records.id = dataset_withdrawals.recording_id
        where withdrawn_records.participant_id = withdrawals.participant_id)::int as "datasetVersions",
      (select count(*) from model_withdrawals where withdrawal_id = withdrawals.id)::int as models
    from withdrawals join sites on sites.id = withdrawals.site_id
    order by received_at desc limit 500
  `.execute(db)
  return rows.map((row) => ({
    ...row,
    withdrawnAt: row.withdrawnAt.toISOString(),
    receivedAt: row.receivedAt.toISOString(),
  }))
}
