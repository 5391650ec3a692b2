import type { QualityReport } from '@spira/shared/protocol/quality.ts'
import { type Tone, ToneBadge } from '@spira/shared/ui/ToneBadge.tsx'
import { IconAlertTriangle, IconBan, IconCircleCheck, type Icon } from '@tabler/icons-react'
import { useIntl } from 'react-intl'
import { Facts } from '../app/Facts.tsx'
import { useAppText } from '../app/useAppText.ts'
import { Findings } from './Findings.tsx'
import styles from './QualityPanel.module.css'

const LOOK: Readonly<Record<QualityReport['verdict'], { tone: Tone; icon: Icon }>> = {
  good: { tone: 'good', icon: IconCircleCheck },
  fair: { tone: 'warn', icon: IconAlertTriangle },
  unusable: { tone: 'alarm', icon: IconBan },
}

/**
 * How good the recording is: a verdict in a word, one sentence for each finding, and the measurements behind them. Of a refused
 * recording nothing but the verdict and what the computer lost: its findings stand where the score would, and no number may be taken for one.
 */
export function QualityPanel({ quality }: { quality: QualityReport }) {
  const text = useAppText()
  const { formatNumber } = useIntl()
  const { verdict, findings, durationMs, activeMs, snrDb, peakDbfs, clippedShare, droppedMs, droppedBlocks } = quality
  const seconds = (ms: number) => `${formatNumber(ms / 1000, { maximumFractionDigits: 1 })} s`
  const decibels = (value: number | null, unit: string) =>
    value === null ? text('quality.notMeasured') : `${formatNumber(value, { maximumFractionDigits: 0 })} ${unit}`
  const lost = [
    text('quality.dropped'),
    droppedBlocks === undefined || droppedBlocks === 0
      ? `${formatNumber(droppedMs, { maximumFractionDigits: 0 })} ms`
      : text('quality.droppedBlocks', { blocks: droppedBlocks, ms: Math.round(droppedMs) }),
  ] as const
  return (
    <div className={styles.quality}>
      <p className={styles.head}>
        <span>{text('quality.title')}</span>
        <ToneBadge {...LOOK[verdict]} data-testid="result-quality" data-verdict={verdict}>
          {text(`quality.${verdict}`)}
        </ToneBadge>
      </p>
      {verdict !== 'unusable' && <Findings findings={findings} />}
      {quality.keptBecause !== undefined && (
        <p data-testid="kept-because">
          {text('quality.kept')}: {text(`keep.${quality.keptBecause}`)}
        </p>
      )}
      {verdict === 'unusable' && droppedMs > 0 && <Facts facts={[lost]} />}
      {verdict !== 'unusable' && (
        <details className={styles.measures}>
          <summary>{text('quality.measures')}</summary>
          <Facts
            facts={[
              [text('quality.duration'), seconds(durationMs)],
              [text('quality.speech'), seconds(activeMs)],
              [text('quality.peak'), decibels(peakDbfs, 'dBFS')],
              [
                text('quality.speechHeard'),
                quality.speechMs === undefined ? text('quality.notMeasured') : seconds(quality.speechMs),
              ],
              [text(quality.snrFrom === 'ambient-take' ? 'quality.snrRoom' : 'quality.snr'), decibels(snrDb, 'dB')],
              [
                text('quality.clippedShare'),
                formatNumber(clippedShare, { style: 'percent', maximumFractionDigits: 1 }),
              ],
              lost,
            ]}
          />
        </details>
      )}
    </div>
  )
}
