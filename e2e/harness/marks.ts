import type { Page } from '@playwright/test'

/** What the device notes for itself, as time would have written it. */
export const setMarks = (page: Page, marks: Readonly<Record<string, number>>): Promise<void> =>
  page.evaluate(
    (values) =>
      new Promise<void>((resolve, reject) => {
        const open = indexedDB.open('spira-edge')
        open.addEventListener('error', () => reject(open.error ?? new Error('not opened')))
        open.addEventListener('success', () => {
          const writing = open.result.transaction('marks', 'readwrite')
          for (const [name, value] of Object.entries(values)) writing.objectStore('marks').put({ name, value })
          writing.addEventListener('complete', () => {
            open.result.close()
            resolve()
          })
        })
      }),
    marks,
  )
