import type { Capture } from '@spira/shared/protocol/records.ts'
import { Panel } from '@spira/shared/ui/Panel.tsx'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useIntl } from 'react-intl'
import { Facts } from '../app/Facts.tsx'
import { useAppText } from '../app/useAppText.ts'
import { processingOf } from './audioSource.ts'

/** What the track says of itself, and a warning for each thing that alters the sound. */
export function CaptureFacts({ capture }: { capture: Capture }) {
  const text = useAppText()
  const { formatNumber } = useIntl()
  const { sampleRateHz, deviceSampleRateHz, changedSampleRatesHz, channelCount, sampleSizeBits, latencyMs } = capture
  const hertz = (value: number) => `${formatNumber(value)} Hz`
  const processing = processingOf(capture)
  return (
    <>
      {processing.length > 0 && (
        <Panel tone="warn" icon={IconAlertTriangle} title={text('capture.processed')} data-testid="capture-processed">
          <p>{processing.map((kind) => text(`capture.${kind}`)).join(', ')}</p>
        </Panel>
      )}
      {deviceSampleRateHz !== undefined && (
        <Panel
          tone="warn"
          icon={IconAlertTriangle}
          title={text('capture.resampled', { from: hertz(deviceSampleRateHz), to: hertz(sampleRateHz) })}
          data-testid="capture-resampled"
        />
      )}
      {changedSampleRatesHz !== undefined && (
        <Panel
          tone="warn"
          icon={IconAlertTriangle}
          title={text('capture.changed', { rates: [sampleRateHz, ...changedSampleRatesHz].map(hertz).join(' → ') })}
          data-testid="capture-changed"
        />
      )}
      {sampleRateHz < 16_000 && (
        <Panel tone="warn" icon={IconAlertTriangle} title={text('capture.slow', { rate: hertz(sampleRateHz) })} />
      )}
      <Facts
        facts={[
          [text('capture.rate'), hertz(sampleRateHz)],
          [text('capture.channels'), formatNumber(channelCount)],
          ...(sampleSizeBits === undefined
            ? []
            : [[text('capture.bits'), `${formatNumber(sampleSizeBits)} bit`] as const]),
          ...(latencyMs === undefined
            ? []
            : [[text('capture.latency'), `${formatNumber(latencyMs, { maximumFractionDigits: 0 })} ms`] as const]),
          [text('capture.processing'), processing.length === 0 ? text('capture.off') : text('capture.on')],
        ]}
      />
    </>
  )
}
