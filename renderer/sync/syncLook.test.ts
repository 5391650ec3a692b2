import { describe, expect, it } from 'vitest'
import type { SyncState } from '../bedside/bedside.ts'
import { badgeStateOf } from './syncLook.ts'

const nothing: SyncState = {
  phase: 'idle',
  waiting: 0,
  sending: 0,
  synced: 0,
  attention: [],
  refusal: null,
  bytesWaiting: 0,
  share: 1,
  secondsLeft: null,
  clockSkewMs: null,
  lastReceiptAt: null,
  nextAttemptAt: null,
}

describe('the sync badge', () => {
  it('claims nothing on a device that has sent nothing', () => expect(badgeStateOf(nothing)).toBe('empty'))
  it('says waiting while items wait, also when some have been filed', () =>
    expect(badgeStateOf({ ...nothing, waiting: 1, synced: 7 })).toBe('waiting'))
  it('says all is filed only when nothing is left', () => expect(badgeStateOf({ ...nothing, synced: 7 })).toBe('idle'))
  it('lets a captive portal or an outage speak before the counts', () => {
    expect(badgeStateOf({ ...nothing, phase: 'not-the-server', synced: 7 })).toBe('not-the-server')
    expect(badgeStateOf({ ...nothing, phase: 'unreachable', waiting: 2 })).toBe('unreachable')
  })
})
