import './zodWithoutEval.ts'
import { AppProviders } from '@spira/shared/ui/AppProviders.tsx'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createBedside } from '../bedside/createBedside.ts'
import { LockView } from '../lock/LockView.tsx'
import { openAccess } from '../lock/openAccess.ts'
import { shellBridge } from '../shell/shellBridge.ts'
import type { Store } from '../store/store.ts'
import { BedsideContext } from './BedsideContext.tsx'
import { appCatalogue } from './messages.ts'
import { router } from './router.tsx'
import { StartFailure } from './StartFailure.tsx'

const container = document.getElementById('root')
if (container === null) throw new Error('index.html has no #root')
const root = createRoot(container)

const bridge = shellBridge()

async function start(store: Store): Promise<void> {
  const bedside = await createBedside(store, bridge)
  root.render(
    <StrictMode>
      <AppProviders catalogue={appCatalogue}>
        <BedsideContext value={bedside}>
          <RouterProvider router={router} />
        </BedsideContext>
      </AppProviders>
    </StrictMode>,
  )
}

function fail(error: unknown): void {
  root.render(
    <AppProviders catalogue={appCatalogue}>
      <StartFailure error={error} />
    </AppProviders>,
  )
}

try {
  const access = await openAccess(bridge)
  if (access.status === 'open') await start(access.store)
  else
    root.render(
      <AppProviders catalogue={appCatalogue}>
        <LockView device={access.device} onOpen={(store) => void start(store).catch(fail)} />
      </AppProviders>,
    )
} catch (error) {
  fail(error)
}
