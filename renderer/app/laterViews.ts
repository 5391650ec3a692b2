// In both files, so that it lies before all that they share: zod tries eval at its first schema, which the page's policy forbids.
import './zodWithoutEval.ts'
/** Every view but the first: one file of its own, so that the worklist stands before recording, charts and forms are read. */
export { DeviceView } from '../device/DeviceView.tsx'
export { EncounterView } from '../encounter/EncounterView.tsx'
export { SummaryView } from '../encounter/SummaryView.tsx'
export { ParticipantView } from '../participants/ParticipantView.tsx'
export { SyncView } from '../sync/SyncView.tsx'
export { AboutView } from './AboutView.tsx'
