import { createRootRoute, createRoute, createRouter, Outlet } from '@tanstack/react-router'
import { EnrolView } from '../device/EnrolView.tsx'
import { EncounterView } from '../encounter/EncounterView.tsx'
import { WorklistView } from '../encounter/WorklistView.tsx'
import { SyncView } from '../sync/SyncView.tsx'
import { AppFrame } from './AppFrame.tsx'
import { useBedside, useLive } from './BedsideContext.tsx'
import { NotFoundView } from './NotFoundView.tsx'

/** Until the device is enrolled there is no site to record for: every address leads to enrolment. */
function Root() {
  const device = useLive(useBedside().device.state)
  return <AppFrame>{device.status === 'enrolled' ? <Outlet /> : <EnrolView />}</AppFrame>
}

const root = createRootRoute({ component: Root, notFoundComponent: NotFoundView })
const worklist = createRoute({ getParentRoute: () => root, path: '/', component: WorklistView })
const sync = createRoute({ getParentRoute: () => root, path: '/sync', component: SyncView })
const encounter = createRoute({
  getParentRoute: () => root,
  path: '/encounter/$encounterId',
  component: function Encounter() {
    const { encounterId } = encounter.useParams()
    return <EncounterView key={encounterId} encounterId={encounterId} />
  },
})

export const router = createRouter({ routeTree: root.addChildren([worklist, sync, encounter]), basepath: '/bedside' })

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
