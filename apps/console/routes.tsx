import { filterQuery } from '@spira/shared/protocol/recordingFilters.ts'
import { createRootRoute, createRoute, createRouter, redirect } from '@tanstack/react-router'
import { AccountGate } from './account/AccountGate.tsx'
import { AccountPage } from './account/AccountPage.tsx'
import { AuditPage } from './audit/AuditPage.tsx'
import { cohortSearch } from './cohort/cohort.ts'
import { CohortPage } from './cohort/CohortPage.tsx'
import { CurationPage } from './curation/CurationPage.tsx'
import { DatasetsPage } from './datasets/DatasetsPage.tsx'
import { DevicesPage } from './devices/DevicesPage.tsx'
import { Frame } from './frame/Frame.tsx'
import { NoSuchPage } from './frame/NoSuchPage.tsx'
import { ImportPage } from './imports/ImportPage.tsx'
import { ImportsPage } from './imports/ImportsPage.tsx'
import { ModelLineagePage } from './lineage/ModelLineagePage.tsx'
import { RecordingLineagePage } from './lineage/RecordingLineagePage.tsx'
import { ListeningPage } from './listening/ListeningPage.tsx'
import { ModelsPage } from './models/ModelsPage.tsx'
import { MonitoringPage } from './monitoring/MonitoringPage.tsx'
import { PeoplePage } from './people/PeoplePage.tsx'
import { ProtocolPage } from './protocol/ProtocolPage.tsx'
import { explorerSearch } from './recordings/explorerSearch.ts'
import { RecordingsPage } from './recordings/RecordingsPage.tsx'
import { RolloutsPage } from './rollout/RolloutsPage.tsx'
import { ApiPage } from './reference/ApiPage.tsx'
import { ServerPage } from './server/ServerPage.tsx'
import { ComparePage } from './training/ComparePage.tsx'
import { compareSearch } from './training/compareRuns.ts'
import { TrainingPage } from './training/TrainingPage.tsx'
import { WithdrawalsPage } from './withdrawals/WithdrawalsPage.tsx'

const root = createRootRoute({
  component: () => (
    <AccountGate>
      <Frame />
    </AccountGate>
  ),
  notFoundComponent: NoSuchPage,
})

const page = { getParentRoute: () => root }

const home = createRoute({
  ...page,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/recordings' })
  },
})

/** Names and texts alone, as the API takes them: an address that people can read and send. */
function parseSearch(text: string): Record<string, string | string[]> {
  const query = new URLSearchParams(text)
  return Object.fromEntries(
    [...new Set(query.keys())].map((name) => {
      const values = query.getAll(name)
      return [name, values.length > 1 ? values : (values[0] ?? '')]
    }),
  )
}

function stringifySearch(search: Record<string, unknown>): string {
  const query = filterQuery(search).toString()
  return query === '' ? '' : `?${query}`
}

export const router = createRouter({
  basepath: '/console',
  parseSearch,
  stringifySearch,
  routeTree: root.addChildren([
    home,
    createRoute({ ...page, path: '/recordings', component: RecordingsPage, validateSearch: explorerSearch }),
    createRoute({
      ...page,
      path: '/recordings/$recordingId',
      component: ListeningPage,
      validateSearch: explorerSearch,
    }),
    createRoute({ ...page, path: '/curation', component: CurationPage }),
    createRoute({ ...page, path: '/cohort', component: CohortPage, validateSearch: cohortSearch }),
    createRoute({ ...page, path: '/imports', component: ImportsPage }),
    createRoute({ ...page, path: '/imports/$importId', component: ImportPage }),
    createRoute({ ...page, path: '/datasets', component: DatasetsPage }),
    createRoute({
      ...page,
      path: '/recordings/$recordingId/lineage',
      component: RecordingLineagePage,
      validateSearch: explorerSearch,
    }),
    createRoute({ ...page, path: '/training', component: TrainingPage }),
    createRoute({ ...page, path: '/training/compare', component: ComparePage, validateSearch: compareSearch }),
    createRoute({ ...page, path: '/models/$modelId/lineage', component: ModelLineagePage }),
    createRoute({ ...page, path: '/models', component: ModelsPage }),
    createRoute({ ...page, path: '/rollouts', component: RolloutsPage }),
    createRoute({ ...page, path: '/monitoring', component: MonitoringPage }),
    createRoute({ ...page, path: '/devices', component: DevicesPage }),
    createRoute({ ...page, path: '/withdrawals', component: WithdrawalsPage }),
    createRoute({ ...page, path: '/people', component: PeoplePage }),
    createRoute({ ...page, path: '/protocol', component: ProtocolPage }),
    createRoute({ ...page, path: '/server', component: ServerPage }),
    createRoute({ ...page, path: '/api', component: ApiPage }),
    createRoute({ ...page, path: '/audit', component: AuditPage }),
    createRoute({ ...page, path: '/account', component: AccountPage }),
  ]),
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
