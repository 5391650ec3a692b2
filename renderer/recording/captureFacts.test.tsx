import { MantineProvider } from '@mantine/core'
import type { Capture } from '@spira/shared/protocol/records.ts'
import { IntlProvider } from 'react-intl'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import english from '../app/languages/en.json' with { type: 'json' }
import { CaptureFacts } from './CaptureFacts.tsx'

const CLEAN: Capture = { source: 'track-processor', sampleRateHz: 48_000, channelCount: 1 }

/** The warnings that stand above the facts. */
function warnings(capture: Capture): readonly string[] {
  const html = renderToStaticMarkup(
    <MantineProvider>
      <IntlProvider locale="en" messages={english}>
        <CaptureFacts capture={capture} />
      </IntlProvider>
    </MantineProvider>,
  )
  return [...html.matchAll(/data-testid="(capture-[a-z]+)"/g)].map(([, id = '']) => id)
}

test('everything that the system does to the sound is warned of, and nothing else', () => {
  expect(warnings({ ...CLEAN, echoCancellation: false, noiseSuppression: false })).toEqual([])
  expect(warnings({ ...CLEAN, autoGainControl: true })).toEqual(['capture-processed'])
  expect(warnings({ ...CLEAN, deviceSampleRateHz: 44_100 })).toEqual(['capture-resampled'])
  expect(warnings({ ...CLEAN, changedSampleRatesHz: [16_000] })).toEqual(['capture-changed'])
})
