import type { QualityReport } from '@spira/shared/protocol/quality.ts'
import { clock } from '@spira/shared/ui/clock.ts'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useIntl } from 'react-intl'
import { useText } from '../catalogue.ts'
import { QualityBadge } from '../recordings/RecordingBadges.tsx'
import styles from './QualityFacts.module.css'

/** The report that the device made: what it found, and what it measured. */
export function QualityFacts({ report }: { report: QualityReport }) {
  const text = useText()
  const { formatNumber } = useIntl()
  const decibels = (value: number | null | undefined, unit: 'dBFS' | 'dB') =>
    value === null || value === undefined ? '–' : `${formatNumber(value, { maximumFractionDigits: 0 })} ${unit}`
  const share = (value: number | undefined) =>
    value === undefined ? '–' : formatNumber(value, { style: 'percent', maximumFractionDigits: 1 })
  const facts: readonly [string, string][] = [
    [text('recording.duration'), clock(report.durationMs / 1000)],
    [text('quality.active'), clock(report.activeMs / 1000)],
    [text('quality.speech'), report.speechMs === undefined ? '–' : clock(report.speechMs / 1000)],
    [text('quality.level'), decibels(report.rmsDbfs, 'dBFS')],
    [text('quality.peak'), decibels(report.peakDbfs, 'dBFS')],
    [text('quality.snr'), decibels(report.snrDb, 'dB')],
    [text('quality.clipped'), share(report.clippedShare)],
    [text('quality.secondVoice'), share(report.secondVoiceShare)],
    [text('quality.tones'), share(report.steadyToneShare)],
    [text('quality.hum'), decibels(report.humDbfs, 'dBFS')],
  ]
  return (
    <>
      <QualityBadge verdict={report.verdict} />
      {report.findings.length > 0 && (
        <ul className={styles.findings}>
          {report.findings.map(({ code, severity }) => (
            <li key={code}>
              <IconAlertTriangle size={18} stroke={1.8} aria-hidden />
              <span>
                {text(`finding.${code}`)} {severity === 'refusal' && <strong>{text('finding.refused')}</strong>}
              </span>
            </li>
          ))}
        </ul>
      )}
      <dl className={styles.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  )
}
