import { AppProviders } from '@spira/shared/ui/AppProviders.tsx'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createQueryClient } from './api/queryClient.ts'
import { catalogue } from './catalogue.ts'
import { router } from './routes.tsx'

const root = document.getElementById('root')
if (root === null) throw new Error('The page has no #root')
const queryClient = createQueryClient()

createRoot(root).render(
  <StrictMode>
    <AppProviders catalogue={catalogue}>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </AppProviders>
  </StrictMode>,
)
