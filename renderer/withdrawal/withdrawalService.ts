import { newId } from '@spira/shared/protocol/ids.ts'
import { withdrawalSchema } from '@spira/shared/protocol/withdrawal.ts'
import type { WithdrawalService } from '../bedside/bedside.ts'
import type { Opener } from '../store/opener.ts'
import type { Store } from '../store/store.ts'
import { OF_THE_DEVICE, prepareOutbox } from '../sync/outbox.ts'
import { eraseParticipant } from './eraseParticipant.ts'

export interface WithdrawalServiceOptions {
  readonly store: Store
  readonly opener: Opener
  readonly wakeSync: () => void
  /** Epoch milliseconds. */
  readonly now?: () => number
}

export function createWithdrawalService({
  store,
  opener,
  wakeSync,
  now = Date.now,
}: WithdrawalServiceOptions): WithdrawalService {
  return {
    async withdraw({ participantId, recordedBy, textVersion, language }) {
      const withdrawnAt = now()
      const payload = withdrawalSchema.parse({
        id: newId(),
        participantId,
        withdrawnAt: new Date(withdrawnAt).toISOString(),
        recordedBy,
        ...(textVersion !== undefined && { textVersion }),
        ...(language !== undefined && { language }),
      })
      // Sealed with the device's key: the participant's own does not outlive this.
      const outboxRows = await prepareOutbox(store, [
        {
          kind: 'event',
          encounterId: OF_THE_DEVICE,
          participantId: null,
          type: 'participant.withdrawn',
          payload,
        },
      ])
      // First: ended before the next line, the next start carries it out.
      for (const row of outboxRows) await store.copies?.keepWithdrawal(row)
      await eraseParticipant(store, opener, { participantId, withdrawnAt, outboxRows })
      wakeSync()
    },
  }
}
