import { VisuallyHidden } from '@mantine/core'
import { IconEar, IconMicrophone, IconVolume, IconVolumeOff, type Icon } from '@tabler/icons-react'
import { useState } from 'react'
import { useIntl } from 'react-intl'
import { useLive } from '../app/BedsideContext.tsx'
import { useAppText } from '../app/useAppText.ts'
import type { ActiveRecording, Live, RecordingLevels } from '../bedside/bedside.ts'
import type { TakeTimes } from './autoStop.ts'
import { METER_DBFS, levelWord, type LevelWord, meterShare } from './level.ts'
import styles from './LevelMeter.module.css'

const ICONS: Readonly<Record<LevelWord, Icon>> = {
  silent: IconVolumeOff,
  quiet: IconEar,
  good: IconMicrophone,
  loud: IconVolume,
}
/** A clipped moment is over before it is read: its warning stays this long. */
const CLIP_SHOWN_MS = 2000

/** The level in a bar and in words. */
export function LevelBar({
  live,
}: {
  live: Live<Pick<RecordingLevels, 'elapsedMs' | 'levelDbfs' | 'peakDbfs' | 'clipping'>>
}) {
  const text = useAppText()
  const levels = useLive(live)
  const [clippedAtMs, setClippedAtMs] = useState(-CLIP_SHOWN_MS)
  if (levels.clipping && levels.elapsedMs !== clippedAtMs) setClippedAtMs(levels.elapsedMs)
  const clipping = levels.elapsedMs - clippedAtMs < CLIP_SHOWN_MS
  const word = levelWord({ ...levels, clipping })
  const WordIcon = ICONS[word]
  return (
    <div className={styles.level} data-word={word}>
      <VisuallyHidden>
        <meter
          aria-label={text('level.label')}
          min={METER_DBFS.min}
          max={METER_DBFS.max}
          value={Math.round(levels.levelDbfs)}
        >
          {text(`level.${word}`)}
        </meter>
      </VisuallyHidden>
      <div className={styles.bar} data-testid="level" data-dbfs={levels.levelDbfs} aria-hidden>
        <span className={styles.fill} style={{ width: `${meterShare(levels.levelDbfs) * 100}%` }} />
        <span className={styles.target} />
        <span className={styles.peak} style={{ left: `${meterShare(levels.peakDbfs) * 100}%` }} />
      </div>
      <p className={styles.word} aria-live="polite">
        <WordIcon size="1.25rem" stroke={1.9} aria-hidden />
        {text(`level.${word}`)}
      </p>
    </div>
  )
}

/** A silence shorter than this is a breath: nobody is told of an end. */
const SILENCE_SHOWN_MS = 1000

interface LevelMeterProps {
  readonly active: ActiveRecording
  readonly times: TakeTimes
}

/** Time and level of the running recording, and how far it is from its shortest and its longest time. */
export function LevelMeter({ active, times }: LevelMeterProps) {
  const text = useAppText()
  const { formatNumber } = useIntl()
  const { elapsedMs, silentMs, heard } = useLive(active.live)
  const tenths = Math.floor(elapsedMs / 100)
  const { minSeconds, maxSeconds, silenceStopSeconds } = times
  const endsInMs = silenceStopSeconds === null ? Infinity : silenceStopSeconds * 1000 - silentMs
  const enough = elapsedMs >= minSeconds * 1000
  const ending = enough && silentMs >= SILENCE_SHOWN_MS && endsInMs < Infinity
  // Of the room nothing is waited for.
  const nothingHeard = silenceStopSeconds !== null && !heard
  const soFar = nothingHeard ? text('record.nothingHeard') : text('record.enough')
  return (
    <div className={styles.meter}>
      <div>
        <p className={styles.time}>
          <span className={styles.dot} aria-hidden />
          <span data-testid="elapsed" data-ms={elapsedMs}>
            {Math.floor(tenths / 600)}:
            {formatNumber((tenths % 600) / 10, {
              minimumIntegerDigits: 2,
              minimumFractionDigits: 1,
              maximumFractionDigits: 1,
            })}
          </span>
        </p>
        <div className={styles.progress} aria-hidden>
          <span className={styles.done} style={{ width: `${Math.min(100, elapsedMs / (10 * maxSeconds))}%` }} />
          <span className={styles.least} style={{ left: `${(100 * minSeconds) / maxSeconds}%` }} />
        </div>
      </div>
      <LevelBar live={active.live} />
      <p className={styles.state} data-testid="record-state">
        {ending && text('record.endsIn', { seconds: Math.max(1, Math.ceil(endsInMs / 1000)) })}
        {!ending && (enough ? soFar : text('record.goOn'))}
      </p>
    </div>
  )
}
