import type { QualityCode, QualityFinding, QualityReport } from '../protocol/quality.ts'
import { createLevelMeter } from './activity.ts'
import { createDamageMeter } from './damage.ts'

const SAMPLE_RATE_HZ = 16_000

/** Every limit of the report. A warning is shown beside the score; a refusal means no score is given. */
export const QUALITY_LIMITS = {
  /** Shorter recordings are refused: a quarter of a window says nothing of breathing. */
  refuseShorterThanMs: 1000,
  warnShorterThanMs: 2000,
  /** A microphone that is muted or unplugged still gives a few units of 16-bit noise (-90 to -70 dBFS). */
  silentPeakDbfs: -60,
  /** Mean level of the active frames. Below it 16-bit steps and the room come close to the voice. */
  quietActiveDbfs: -45,
  /** Share of samples that are clipped (see damage.ts). */
  warnClippedShare: 0.001,
  refuseClippedShare: 0.02,
  /** Time with sound above the room (see activity.ts). */
  refuseActiveShorterThanMs: 800,
  /** Any dropped block is a warning; above this share of the time the recording is refused. */
  refuseDroppedShare: 0.02,
} as const

/** What the recorder knows and the samples do not say. */
export interface RecordingFacts {
  /** The recording was cut off (application closed, microphone lost) and not stopped by the operator. */
  readonly interrupted: boolean
  /** The browser's echo cancellation, noise suppression or gain control was on. */
  readonly processedByBrowser: boolean
  /** Share of samples clipped before they were resampled to 16 kHz, which rounds clipping off. */
  readonly clippedShareAtSource?: number
}

/** Judges a recording while it is made: 16 kHz mono samples in [-1, 1], in pieces of any size. Memory does not grow. */
export interface QualityMeter {
  push(samples: Float32Array): void
  report(facts: RecordingFacts): QualityReport
}

export const createQualityMeter = (): QualityMeter => {
  const level = createLevelMeter()
  const damage = createDamageMeter()
  let sampleCount = 0
  let peak = 0
  let energy = 0
  return {
    push: (samples) => {
      sampleCount += samples.length
      for (const sample of samples) {
        peak = Math.max(peak, Math.abs(sample))
        energy += sample * sample
        level.push(sample)
        damage.push(sample)
      }
    },
    report: (facts) => {
      const durationMs = (sampleCount * 1000) / SAMPLE_RATE_HZ
      const peakDbfs = dbfs(peak * peak)
      const { activeMs, activeDbfs, snrDb } = level.read()
      const clippedHere = sampleCount === 0 ? 0 : damage.clippedSamples() / sampleCount
      const clippedShare = Math.max(clippedHere, facts.clippedShareAtSource ?? 0)
      const droppedMs = (damage.droppedSamples() * 1000) / SAMPLE_RATE_HZ
      const findings = judge({ durationMs, peakDbfs, activeMs, activeDbfs, clippedShare, droppedMs }, facts)
      return {
        durationMs,
        peakDbfs,
        rmsDbfs: dbfs(energy / sampleCount),
        clippedShare,
        activeMs,
        snrDb,
        droppedMs,
        findings,
        verdict: verdictOf(findings),
      }
    },
  }
}

/** Judges a whole recording: 16 kHz mono samples in [-1, 1]. */
export const measureQuality = (samples: Float32Array, facts: RecordingFacts): QualityReport => {
  const meter = createQualityMeter()
  meter.push(samples)
  return meter.report(facts)
}

interface Measures {
  readonly durationMs: number
  readonly peakDbfs: number | null
  readonly activeMs: number
  readonly activeDbfs: number | null
  readonly clippedShare: number
  readonly droppedMs: number
}

const judge = (measured: Measures, facts: RecordingFacts): QualityFinding[] => {
  const findings: QualityFinding[] = []
  const find = (code: QualityCode, refused: boolean, warned: boolean): void => {
    if (refused || warned) findings.push({ code, severity: refused ? 'refusal' : 'warning' })
  }
  const limits = QUALITY_LIMITS
  const { durationMs, peakDbfs, activeMs, activeDbfs, clippedShare, droppedMs } = measured
  const short = durationMs < limits.refuseShorterThanMs
  const silent = peakDbfs === null || peakDbfs < limits.silentPeakDbfs
  find('too-short', short, durationMs < limits.warnShorterThanMs)
  find('silent', silent && durationMs > 0, false)
  find('too-quiet', false, !silent && activeDbfs !== null && activeDbfs < limits.quietActiveDbfs)
  find('clipped', clippedShare >= limits.refuseClippedShare, clippedShare >= limits.warnClippedShare)
  // Silence and shortness already say why there is little speech.
  find('little-speech', !silent && !short && activeMs < limits.refuseActiveShorterThanMs, false)
  find('dropped-samples', droppedMs > limits.refuseDroppedShare * durationMs, droppedMs > 0)
  find('processed-by-browser', false, facts.processedByBrowser)
  find('interrupted', false, facts.interrupted)
  return findings
}

const verdictOf = (findings: readonly QualityFinding[]): QualityReport['verdict'] => {
  if (findings.some(({ severity }) => severity === 'refusal')) return 'unusable'
  return findings.length > 0 ? 'fair' : 'good'
}

/** Of a mean square; null for digital silence. Resampling may pass full scale by a hair: 0 is the most. */
const dbfs = (meanSquare: number): number | null => (meanSquare > 0 ? Math.min(0, 10 * Math.log10(meanSquare)) : null)
