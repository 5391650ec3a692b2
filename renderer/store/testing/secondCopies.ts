import { createLive } from '../../bedside/live.ts'
import type { Store } from '../store.ts'

/** The shell's copies of the recordings, of which a test decides what it looks at. */
export const secondCopies = (given: Partial<NonNullable<Store['copies']>>): NonNullable<Store['copies']> => ({
  begin: () => Promise.resolve(),
  openPort: () => new MessageChannel().port1,
  missing: createLive(0),
  writeMissing: () => Promise.resolve(),
  keepWithdrawal: () => Promise.resolve(),
  removeWithdrawals: () => Promise.resolve(),
  mend: () => Promise.resolve(),
  remove: () => Promise.resolve(),
  ...given,
})
