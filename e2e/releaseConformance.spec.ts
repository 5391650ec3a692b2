import { expect, test, type Page } from '@playwright/test'
import { Stage } from '@spira/shared/release/testing/conformance/case.ts'
import { CONFORMANCE_CASES } from '@spira/shared/release/testing/conformance/cases.ts'
import { TufRepository } from '@spira/shared/release/testing/tufRepository.ts'
import { onPage, openTrustBrowser, type TrustBrowser } from './harness/modelTrust/browser.ts'

/** The TUF conformance cases, by name, on the bedside's verifier in a real browser: its WebCrypto, its fetch, its streams. */

let browser: TrustBrowser
let page: Page

test.beforeAll(async () => {
  browser = await openTrustBrowser()
  page = await browser.newPage()
})
test.afterAll(() => browser.close())

test('promise 5: Chromium gives the verdict of every TUF conformance case', async () => {
  test.setTimeout(240_000)
  const failed: string[] = []
  for (const item of CONFORMANCE_CASES) {
    const repository = new TufRepository()
    const root = item.prepare?.(repository) ?? repository.files.get('metadata/1.root.json')?.toString() ?? ''
    browser.serve(repository)
    await onPage(page, 'enrol', root)
    const stage = new Stage(
      repository,
      {
        refresh: (at) => onPage(page, 'refresh', at?.getTime()),
        download: () => onPage(page, 'download'),
        trusted: (role) => onPage(page, 'trusted', role),
      },
      'ours',
    )
    await item.run(stage).catch((error: unknown) => failed.push(`${item.name}: ${String(error)}`))
  }
  console.log(`TUF conformance in Chromium: ${CONFORMANCE_CASES.length - failed.length} of ${CONFORMANCE_CASES.length}`)
  expect(failed).toEqual([])
})
