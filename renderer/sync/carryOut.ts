import type { Change } from '@spira/shared/protocol/changes.ts'
import { takeLabel } from '../encounter/labels.ts'
import { prevalenceOfSite } from '../encounter/remembered.ts'
import type { Opener } from '../store/opener.ts'
import type { Store } from '../store/store.ts'
import { keepDevicePolicy } from '../device/outOfContact.ts'
import { eraseParticipant } from '../withdrawal/eraseParticipant.ts'

export interface CarryOutOptions {
  readonly store: Store
  readonly opener: Opener
  /** A release was published. */
  readonly checkForModel: () => void
  /** A version of the clinical protocol was published. */
  readonly checkForProtocol: () => void
}

/** Does what a change of the server asks of this device. Each may come twice. */
export function createCarryOut({
  store,
  opener,
  checkForModel,
  checkForProtocol,
}: CarryOutOptions): (change: Change) => Promise<void> {
  return async (change) => {
    switch (change.type) {
      case 'participant.withdrawn': {
        const { participantId, withdrawnAt } = change
        return eraseParticipant(store, opener, { participantId, withdrawnAt: Date.parse(withdrawnAt), outboxRows: [] })
      }
      case 'label.given':
        return takeLabel(store, change)
      case 'release.published':
        return checkForModel()
      case 'protocol.published':
        return checkForProtocol()
      case 'site-prevalence.set':
        return prevalenceOfSite.set(change.percent === null ? '' : String(change.percent))
      case 'device-policy.set':
        return keepDevicePolicy(store.db, change)
      default:
        return change satisfies never
    }
  }
}
