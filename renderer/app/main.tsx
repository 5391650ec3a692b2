import './zodWithoutEval.ts'
import { AppProviders } from '@spira/shared/ui/AppProviders.tsx'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createBedside } from '../bedside/createBedside.ts'
import { BedsideContext } from './BedsideContext.tsx'
import { appCatalogue } from './messages.ts'
import { router } from './router.tsx'
import { StartFailure } from './StartFailure.tsx'

const container = document.getElementById('root')
if (container === null) throw new Error('index.html has no #root')
const root = createRoot(container)

try {
  const bedside = await createBedside()
  root.render(
    <StrictMode>
      <AppProviders catalogue={appCatalogue}>
        <BedsideContext value={bedside}>
          <RouterProvider router={router} />
        </BedsideContext>
      </AppProviders>
    </StrictMode>,
  )
} catch (error) {
  root.render(
    <AppProviders catalogue={appCatalogue}>
      <StartFailure error={error} />
    </AppProviders>,
  )
}
