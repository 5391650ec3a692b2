import type { QualityCode, QualityFinding, QualityReport } from '../protocol/quality.ts'
import { createLevelMeter } from './activity.ts'
import { createBandwidthMeter } from './background/bandwidth.ts'
import { createMainsHumMeter } from './background/mainsHum.ts'
import { createSecondVoiceMeter } from './background/secondVoice.ts'
import { createSteadyToneMeter } from './background/steadyTones.ts'
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
  /** Voice over room. Speech 20 cm from the microphone in a ward measured 12 dB and more (120 voices, 40 simulated speakers). */
  warnSnrDb: 10,
  refuseSnrDb: 3,
  /** Without any voice above the room: quieter than this the microphone is far away, louder there is only noise. */
  farRmsDbfs: -45,
  /** See steadyTones.ts and secondVoice.ts: what one voice alone stays under, measured by `npm run bench -- suspicions`. */
  warnSteadyToneShare: 0.2,
  warnSecondVoiceShare: 0.08,
  warnHumDbfs: -55,
  /** Speech has fricatives: 30 dB less power there is common, 60 dB is a filter's doing. */
  narrowBandDb: -60,
  /** A recording of the room with more speech than this is one of a conversation. */
  warnVoiceInRoomMs: 1000,
  /** The quietest room still moves a live microphone. */
  deadPeakDbfs: -80,
} as const

/** What a task wants to hear. */
export type Expectation = 'speech' | 'vowel' | 'room'

/** What the recorder knows and the samples do not say. */
export interface RecordingFacts {
  /** The recording was cut off (application closed, microphone lost) and not stopped by the operator. */
  readonly interrupted: boolean
  /** The browser's echo cancellation, noise suppression or gain control was on. */
  readonly processedByBrowser: boolean
  /** Share of samples clipped before they were resampled to 16 kHz, which rounds clipping off. */
  readonly clippedShareAtSource?: number
  /** What the audio system did not deliver, told by its time stamps; in the samples zeros stand in for it. */
  readonly missing?: { readonly ms: number; readonly blocks: number }
  /** Default: speech. */
  readonly expects?: Expectation
  /** The task's own shortest time, ms: below it the take is doubtful. */
  readonly shortestMs?: number
  /** The take was ended because the task's longest time was over. */
  readonly endedAtLongest?: boolean
  /** Level of the encounter's recording of the room, dBFS: what the voice is compared with. */
  readonly roomDbfs?: number | null
  /** Speech heard by a speech detector, ms. */
  readonly speechMs?: number | null
}

/** Judges a recording while it is made: 16 kHz mono samples in [-1, 1], in pieces of any size. Memory does not grow. */
export interface QualityMeter {
  push(samples: Float32Array): void
  report(facts: RecordingFacts): QualityReport
}

export const createQualityMeter = (): QualityMeter => {
  const level = createLevelMeter()
  const damage = createDamageMeter()
  const tones = createSteadyToneMeter()
  const voices = createSecondVoiceMeter()
  const hum = createMainsHumMeter()
  const band = createBandwidthMeter()
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
      for (const meter of [tones, voices, hum, band]) meter.push(samples)
    },
    report: (facts) => {
      const durationMs = (sampleCount * 1000) / SAMPLE_RATE_HZ
      const peakDbfs = dbfs(peak * peak)
      const { activeMs, activeDbfs, snrDb: snrInPauses } = level.read()
      const snrToRoom = activeDbfs === null ? null : aboveRoom(activeDbfs, facts.roomDbfs ?? null)
      // Noise may have risen since the room was recorded: the worse of the two is what the model hears.
      const fromRoom = snrToRoom !== null && (snrInPauses === null || snrToRoom <= snrInPauses)
      const clippedHere = sampleCount === 0 ? 0 : damage.clippedSamples() / sampleCount
      const { speechMs } = facts
      const measures: Measures = {
        durationMs,
        peakDbfs,
        rmsDbfs: dbfs(energy / sampleCount),
        clippedShare: Math.max(clippedHere, facts.clippedShareAtSource ?? 0),
        activeMs,
        activeDbfs,
        ...(typeof speechMs === 'number' ? { speechMs } : {}),
        snrDb: fromRoom ? snrToRoom : snrInPauses,
        // The zeros that stand in for missing blocks are found again as runs, those after a sound: the larger counts both once.
        droppedMs: Math.max((damage.droppedSamples() * 1000) / SAMPLE_RATE_HZ, facts.missing?.ms ?? 0),
        droppedBlocks: Math.max(damage.droppedBlocks(), facts.missing?.blocks ?? 0),
        steadyToneShare: tones.share(),
        secondVoiceShare: voices.share(),
        humDbfs: hum.humDbfs(),
        highBandDb: band.highBandDb(),
      }
      const findings = judge(measures, facts)
      const { activeDbfs: _, ...reported } = measures
      return {
        ...reported,
        ...(measures.snrDb === null ? {} : { snrFrom: fromRoom ? 'ambient-take' : 'pauses' }),
        findings,
        verdict: verdictOf(findings),
      }
    },
  }
}

/** Power of the voice above the room's, dB; null where there is no room to compare with, or it is louder. */
const aboveRoom = (activeDbfs: number, roomDbfs: number | null): number | null => {
  if (roomDbfs === null) return null
  const ratio = 10 ** ((activeDbfs - roomDbfs) / 10)
  return ratio > 1.001 ? 10 * Math.log10(ratio - 1) : -30
}

/** Judges a whole recording: 16 kHz mono samples in [-1, 1]. */
export const measureQuality = (samples: Float32Array, facts: RecordingFacts): QualityReport => {
  const meter = createQualityMeter()
  meter.push(samples)
  return meter.report(facts)
}

type Measures = Omit<QualityReport, 'findings' | 'verdict' | 'keptBecause' | 'snrFrom'> & {
  readonly activeDbfs: number | null
}

const judge = (measured: Measures, facts: RecordingFacts): QualityFinding[] => {
  const findings: QualityFinding[] = []
  const find: Find = (code, refused, warned) => {
    if (refused || warned) findings.push({ code, severity: refused ? 'refusal' : 'warning' })
  }
  const limits = QUALITY_LIMITS
  const { durationMs, clippedShare, droppedMs } = measured
  const expects = facts.expects ?? 'speech'
  const leastMs = facts.shortestMs ?? limits.warnShorterThanMs
  if (durationMs < limits.refuseShorterThanMs) findings.push({ code: 'too-short', severity: 'refusal', leastMs })
  else if (durationMs < leastMs) findings.push({ code: 'too-short', severity: 'warning', leastMs })
  if (expects === 'room') judgeRoom(measured, find)
  else judgeVoice(measured, expects, find)
  find('clipped', clippedShare >= limits.refuseClippedShare, clippedShare >= limits.warnClippedShare)
  find('hum', false, measured.humDbfs !== null && (measured.humDbfs ?? -Infinity) >= limits.warnHumDbfs)
  find('dropped-samples', droppedMs > limits.refuseDroppedShare * durationMs, droppedMs > 0)
  find('processed-by-browser', false, facts.processedByBrowser)
  find('interrupted', false, facts.interrupted)
  // Its sentence says that what came is enough: of a take that is refused the refusal says what to do.
  find('too-long', false, facts.endedAtLongest === true && verdictOf(findings) !== 'unusable')
  return findings
}

type Find = (code: QualityCode, refused: boolean, warned: boolean) => void

const judgeRoom = ({ durationMs, peakDbfs, activeMs, speechMs }: Measures, find: Find): void => {
  find('silent', durationMs > 0 && (peakDbfs === null || peakDbfs < QUALITY_LIMITS.deadPeakDbfs), false)
  find('voices-in-room', false, (speechMs ?? activeMs) > QUALITY_LIMITS.warnVoiceInRoomMs)
}

const judgeVoice = (measured: Measures, expects: 'speech' | 'vowel', find: Find): void => {
  const limits = QUALITY_LIMITS
  const { durationMs, peakDbfs, rmsDbfs, activeMs, activeDbfs, snrDb, speechMs, highBandDb } = measured
  const short = durationMs < limits.refuseShorterThanMs
  const silent = peakDbfs === null || peakDbfs < limits.silentPeakDbfs
  find('silent', silent && durationMs > 0, false)
  // A held vowel is voice, but no speech to a speech detector.
  const heardMs = expects === 'speech' ? Math.min(activeMs, speechMs ?? Infinity) : activeMs
  // Silence and shortness already say why there is little speech.
  const little = !silent && !short && heardMs < limits.refuseActiveShorterThanMs
  const far = rmsDbfs !== null && rmsDbfs < limits.farRmsDbfs
  const quiet = !silent && activeDbfs !== null && activeDbfs < limits.quietActiveDbfs
  const poor = snrDb !== null && snrDb < limits.warnSnrDb
  find('little-speech', little && !far, false)
  find('too-far', little && far, quiet && poor)
  find('too-quiet', false, quiet && !poor && !little)
  find(
    'noisy',
    !little && !silent && snrDb !== null && snrDb < limits.refuseSnrDb,
    !little && !silent && !quiet && poor,
  )
  // Clipping makes tones of its own.
  if (silent || measured.clippedShare >= limits.refuseClippedShare) return
  // A vowel that is held is itself a steady tone: of 24 simulated ones and 2 real ones 14 would be called music. Its second voice and its
  // band are told as of speech: those 26 stay below 0.04 and above -40 dB.
  if (expects === 'speech') find('music', false, (measured.steadyToneShare ?? 0) >= limits.warnSteadyToneShare)
  if (little) return
  find('second-voice', false, (measured.secondVoiceShare ?? 0) >= limits.warnSecondVoiceShare)
  find('narrow-band', false, highBandDb !== null && (highBandDb ?? 0) < limits.narrowBandDb)
}

const verdictOf = (findings: readonly QualityFinding[]): QualityReport['verdict'] => {
  if (findings.some(({ severity }) => severity === 'refusal')) return 'unusable'
  return findings.length > 0 ? 'fair' : 'good'
}

/** Of a mean square; null for digital silence. Resampling may pass full scale by a hair: 0 is the most. */
const dbfs = (meanSquare: number): number | null => (meanSquare > 0 ? Math.min(0, 10 * Math.log10(meanSquare)) : null)
