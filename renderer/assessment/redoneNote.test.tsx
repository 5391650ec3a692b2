import { IntlProvider } from 'react-intl'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import english from '../app/languages/en.json' with { type: 'json' }
import type { Take } from '../bedside/bedside.ts'
import { RedoneNote } from './RedoneNote.tsx'

const scored = (decision: 'positive' | 'negative', state: Take['state']) =>
  ({ state, outcome: { status: 'scored', findings: [], assessment: { decision } } }) as unknown as Take

const shown = (...takes: readonly Take[]): string =>
  renderToStaticMarkup(
    <IntlProvider locale="en" messages={english}>
      <RedoneNote takes={takes} />
    </IntlProvider>,
  )

test('a take that showed signs and was redone stays said, and nothing is said where nothing was redone', () => {
  expect(shown(scored('positive', 'taken'))).toBe('')
  const calm = shown(scored('negative', 'rejected'), scored('negative', 'taken'))
  expect(calm).toContain('1 take was recorded again')
  expect(calm).toContain('data-positive="0"')
  const alarm = shown(scored('positive', 'rejected'), scored('negative', 'rejected'), scored('negative', 'taken'))
  expect(alarm).toContain('2 takes were recorded again')
  expect(alarm).toContain('data-positive="1"')
  expect(alarm).toContain('One of them showed signs')
})
