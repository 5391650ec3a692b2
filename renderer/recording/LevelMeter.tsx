import { VisuallyHidden } from '@mantine/core'
import { IconEar, IconMicrophone, IconVolume, IconVolumeOff, type Icon } from '@tabler/icons-react'
import { useState } from 'react'
import { useIntl } from 'react-intl'
import { useLive } from '../app/BedsideContext.tsx'
import { useAppText } from '../app/useAppText.ts'
import type { ActiveRecording } from '../bedside/bedside.ts'
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

/** Time and level of the running recording, the level in a bar and in words. */
export function LevelMeter({ active }: { active: ActiveRecording }) {
  const text = useAppText()
  const { formatNumber } = useIntl()
  const levels = useLive(active.live)
  const tenths = Math.floor(levels.elapsedMs / 100)
  const [clippedAtMs, setClippedAtMs] = useState(-CLIP_SHOWN_MS)
  if (levels.clipping && levels.elapsedMs !== clippedAtMs) setClippedAtMs(levels.elapsedMs)
  const clipping = levels.elapsedMs - clippedAtMs < CLIP_SHOWN_MS
  const word = levelWord({ ...levels, clipping })
  const WordIcon = ICONS[word]
  const percent = `${meterShare(levels.levelDbfs) * 100}%`
  return (
    <div className={styles.meter} data-word={word}>
      <p className={styles.time}>
        <span className={styles.dot} aria-hidden />
        <span data-testid="elapsed" data-ms={levels.elapsedMs}>
          {Math.floor(tenths / 600)}:
          {formatNumber((tenths % 600) / 10, {
            minimumIntegerDigits: 2,
            minimumFractionDigits: 1,
            maximumFractionDigits: 1,
          })}
        </span>
      </p>
      <div className={styles.level}>
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
          <span className={styles.fill} style={{ width: percent }} />
          <span className={styles.target} />
          <span className={styles.peak} style={{ left: `${meterShare(levels.peakDbfs) * 100}%` }} />
        </div>
        <p className={styles.word} aria-live="polite">
          <WordIcon size="1.25rem" stroke={1.9} aria-hidden />
          {text(`level.${word}`)}
        </p>
      </div>
    </div>
  )
}
