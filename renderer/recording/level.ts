import type { RecordingLevels } from '../bedside/bedside.ts'

/** The meter's range, dBFS. */
export const METER_DBFS = { min: -60, max: 0 } as const

export type LevelWord = 'silent' | 'quiet' | 'good' | 'loud'

/** Speech at 20 cm from a laptop's microphone lies about -35 to -12 dBFS; a peak at full scale is cut off and cannot be mended. */
export function levelWord({ levelDbfs, clipping }: Pick<RecordingLevels, 'levelDbfs' | 'clipping'>): LevelWord {
  if (clipping) return 'loud'
  if (levelDbfs < -58) return 'silent'
  return levelDbfs < -42 ? 'quiet' : 'good'
}

/** Share of the meter, 0 to 1. */
export const meterShare = (dbfs: number): number =>
  Math.min(1, Math.max(0, (dbfs - METER_DBFS.min) / (METER_DBFS.max - METER_DBFS.min)))
