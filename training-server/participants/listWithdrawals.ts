import { sql } from 'kysely'
import type { WithdrawalRow } from '@spira/shared/protocol/withdrawalApi.ts'
import type { Page } from '@spira/shared/protocol/page.ts'
import type { ServerContext } from '../server/context.ts'
import { idOf, type IdPage, toPage } from '../server/page.ts'

/**
 * The withdrawals, the latest first, each with what it has reached. Nothing in it leads back to anybody. In the order in which they were
 * received: a device makes the id of its own, maybe long before.
 */
export async function listWithdrawals(
  { db }: Pick<ServerContext, 'db'>,
  { cursor, limit }: IdPage,
): Promise<Page<WithdrawalRow>> {
  const after =
    cursor === undefined
      ? sql`true`
      : sql`(received_at, withdrawals.id) < (select last.received_at, last.id from withdrawals as last where last.id = ${cursor})`
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
    where ${after}
    order by received_at desc, withdrawals.id desc limit ${limit + 1}
  `.execute(db)
  return toPage(rows, limit, {
    toItem: (row) => ({
      ...row,
      withdrawnAt: row.withdrawnAt.toISOString(),
      receivedAt: row.receivedAt.toISOString(),
    }),
    cursorOf: idOf,
  })
}
