import { MantineProvider } from '@mantine/core'
import { renderToStaticMarkup } from 'react-dom/server'
import { IntlProvider } from 'react-intl'
import { expect, test } from 'vitest'
import type { ExportPreview as Preview } from '@spira/shared/protocol/exportsApi.ts'
import english from '../languages/en.json' with { type: 'json' }
import { ExportPreview } from './ExportPreview.tsx'

const preview: Preview = {
  recordings: 40,
  participants: 9,
  size: { of: 'wav', bytes: 2_500_000, measure: 'exact' },
  columns: ['recording', 'age_years', 'label_cause'],
  tableRows: 40,
  rows: Array.from({ length: 20 }, (_, at) => ({ recording: `R${at}`, age_years: 30 + at, label_cause: null })),
  rules: ['Dates are shifted.'],
  withheld: { neverExported: 2, freeText: 0 },
  smallCells: Array.from({ length: 9 }, (_, at) => ({ cell: `female, ${at}0s, site-01`, participants: 1 })),
  minimum: 5,
}
const shown = (what: Preview): string =>
  renderToStaticMarkup(
    <MantineProvider>
      <IntlProvider locale="en" messages={english}>
        <ExportPreview preview={what} />
      </IntlProvider>
    </MantineProvider>,
  )

test('the dry run shows every row that came, of how many, every small cell, and what stays', () => {
  const html = shown(preview)
  expect(html.match(/data-testid="export-preview-row"/g)).toHaveLength(20)
  for (const text of ['20 of 40 rows', 'R19', '49', '2.5 MB of sound', '2 recordings of spoken consent or ward noise'])
    expect(html).toContain(text)
  for (const { cell } of preview.smallCells) expect(html).toContain(`${cell} (1)`)
  expect(html).not.toContain('free text of the cause of')
})

test('of features no sound leaves, of FLAC at most so much; where nothing stays it says so', () => {
  const withheld = { neverExported: 0, freeText: 0 }
  expect(shown({ ...preview, size: { of: 'mfcc', bytes: 800, measure: 'exact' } })).toContain(
    'of features; no sound leaves',
  )
  expect(shown({ ...preview, size: { of: 'flac', bytes: 800, measure: 'at-most' } })).toContain('at most')
  expect(shown({ ...preview, withheld })).toContain('Nothing of this version is held back.')
})
