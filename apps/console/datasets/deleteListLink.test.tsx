import { MantineProvider } from '@mantine/core'
import { renderToStaticMarkup } from 'react-dom/server'
import { IntlProvider } from 'react-intl'
import { expect, test } from 'vitest'
import english from '../languages/en.json' with { type: 'json' }
import { DeleteListLink } from './DeleteListLink.tsx'

test('promise 8: what to delete from copies of a version is had by name, from the address that answers it', () => {
  const html = renderToStaticMarkup(
    <MantineProvider>
      <IntlProvider locale="en" messages={english}>
        <DeleteListLink datasetVersionId="01a2" name="Wards, March" />
      </IntlProvider>
    </MantineProvider>,
  )
  expect(html).toContain('href="/api/console/v1/dataset-versions/01a2/withdrawn"')
  expect(html).toContain('download="delete-01a2.json"')
  expect(html).toContain('aria-label="List to delete: Wards, March"')
})
