import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  useLocation,
} from '@tanstack/react-router'
import { EnrolView } from '../device/EnrolView.tsx'
import { useEffect } from 'react'
import { WorklistView } from '../encounter/WorklistView.tsx'
import { ChoosePinView } from '../lock/ChoosePinView.tsx'
import { useEncounterOpen } from '../shell/useEncounterOpen.ts'
import { AppFrame } from './AppFrame.tsx'
import { useBedside, useLive } from './BedsideContext.tsx'
import { NotFoundView } from './NotFoundView.tsx'
import { ViewFailure } from './ViewFailure.tsx'

const laterViews = () => import('./laterViews.ts')
const DeviceView = lazyRouteComponent(laterViews, 'DeviceView')
const EncounterView = lazyRouteComponent(laterViews, 'EncounterView')
const SummaryView = lazyRouteComponent(laterViews, 'SummaryView')
const ParticipantView = lazyRouteComponent(laterViews, 'ParticipantView')
const SyncView = lazyRouteComponent(laterViews, 'SyncView')
const AboutView = lazyRouteComponent(laterViews, 'AboutView')

/** Until the device is enrolled there is no site to record for, and on the web until it has a PIN nothing protects what is recorded. */
function Root() {
  const bedside = useBedside()
  // As soon as the first view stands: nobody waits for the next one, and it is in memory should the disk fail.
  useEffect(() => void laterViews().catch(() => undefined), [])
  const device = useLive(bedside.device.state)
  const lock = useLive(bedside.lock.state)
  const isHelp = useLocation({ select: ({ pathname }) => pathname === '/about' })
  const isReady = device.status === 'enrolled' && lock.status !== 'needed'
  const first = device.status === 'enrolled' ? <ChoosePinView /> : <EnrolView />
  return <AppFrame>{isReady || isHelp ? <Outlet /> : first}</AppFrame>
}

const root = createRootRoute({ component: Root, notFoundComponent: NotFoundView })
const worklist = createRoute({ getParentRoute: () => root, path: '/', component: WorklistView })
const sync = createRoute({ getParentRoute: () => root, path: '/sync', component: SyncView })
const device = createRoute({ getParentRoute: () => root, path: '/device', component: DeviceView })
const about = createRoute({ getParentRoute: () => root, path: '/about', component: AboutView })
const encounter = createRoute({
  getParentRoute: () => root,
  path: '/encounter/$encounterId',
  component: function Encounter() {
    const { encounterId } = encounter.useParams()
    useEncounterOpen()
    return <EncounterView key={encounterId} encounterId={encounterId} />
  },
})

const participant = createRoute({
  getParentRoute: () => root,
  path: '/participant/$participantId',
  component: function Participant() {
    const { participantId } = participant.useParams()
    return <ParticipantView key={participantId} participantId={participantId} />
  },
})
const summary = createRoute({
  getParentRoute: () => root,
  path: '/summary/$encounterId',
  component: function Summary() {
    const { encounterId } = summary.useParams()
    return <SummaryView key={encounterId} encounterId={encounterId} />
  },
})

export const router = createRouter({
  routeTree: root.addChildren([worklist, sync, device, about, encounter, participant, summary]),
  basepath: '/bedside',
  defaultErrorComponent: ViewFailure,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
