import type { Page } from '@playwright/test'
import type { TufRepository } from '@spira/shared/release/testing/tufRepository.ts'
import { serveIsolated } from '../isolatedPage.ts'
import type { ModelTrustPage } from './page.ts'

/** The page in a real browser, isolated and under the app's policy, before a repository that a test bends. */
export interface TrustBrowser {
  /** What is served below /repository/ from now on. */
  serve(repository: TufRepository): void
  newPage(): Promise<Page>
  close(): Promise<void>
}

export async function openTrustBrowser(): Promise<TrustBrowser> {
  let repository: TufRepository | null = null
  const inRepository = '/repository/'
  const { open, close } = await serveIsolated('modelTrust', {
    beside(path, response, headers) {
      if (repository === null || !path.startsWith(inRepository)) return false
      repository.answer(path.slice(inRepository.length), response, headers)
      return true
    },
  })
  return {
    serve(next) {
      repository = next
    },
    newPage: open,
    close,
  }
}

/** One call of the page's functions. */
export const onPage = <Name extends keyof ModelTrustPage>(
  page: Page,
  name: Name,
  ...args: Parameters<ModelTrustPage[Name]>
): ReturnType<ModelTrustPage[Name]> =>
  page.evaluate(
    (call) => {
      const { modelTrust } = globalThis as unknown as {
        modelTrust: Record<string, (...given: readonly unknown[]) => unknown>
      }
      return modelTrust[call.name]?.(...call.args)
    },
    { name, args },
  ) as ReturnType<ModelTrustPage[Name]>
