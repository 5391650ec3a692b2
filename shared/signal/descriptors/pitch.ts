import { PITCH_SETTINGS, pitchCandidates, type PitchCandidate, type PitchFrame } from './pitchCandidates.ts'

/** The fundamental frequency of a recording, frame by frame. */
export interface PitchTrack {
  /** Times in seconds from the start of the recording. */
  readonly firstTime: number
  readonly timeStep: number
  /** Hz; 0 where there is no voice. */
  readonly f0Hz: Float64Array
  /** Height of the autocorrelation's peak there: the share of the frame's power that is periodic. */
  readonly strength: Float64Array
}

const VOICELESS: PitchCandidate = { frequencyHz: 0, strength: 0 }

/** f0 by the autocorrelation method (see pitchCandidates.ts), the cheapest path through the candidates. 16 kHz mono samples. */
export const trackPitch = (samples: Float32Array): PitchTrack => {
  const { firstTime, timeStep, frames } = pitchCandidates(samples)
  const path = cheapestPath(frames, timeStep)
  return {
    firstTime,
    timeStep,
    f0Hz: Float64Array.from(path, ({ frequencyHz }) => frequencyHz),
    strength: Float64Array.from(path, ({ strength }) => strength),
  }
}

/** Viterbi's path: strong candidates, few octave jumps, few changes of voicing (Boersma 1993, equation 28). */
const cheapestPath = (frames: readonly PitchFrame[], timeStep: number): PitchCandidate[] => {
  const { ceilingHz, octaveCost, octaveJumpCost, voicingChangeCost } = PITCH_SETTINGS
  const perStep = 0.01 / timeStep
  const states = frames.map(({ candidates }) => [VOICELESS, ...candidates])
  const localGain = (frame: number, { frequencyHz, strength }: PitchCandidate): number =>
    frequencyHz === 0
      ? voicelessGain(frames[frame].intensity)
      : strength - octaveCost * Math.log2(ceilingHz / frequencyHz)
  const transition = (from: number, to: number): number => {
    if (from === 0 && to === 0) return 0
    if (from === 0 || to === 0) return voicingChangeCost * perStep
    return octaveJumpCost * perStep * Math.abs(Math.log2(from / to))
  }

  let gains: number[] = []
  const cameFrom: number[][] = []
  for (const [frame, candidates] of states.entries()) {
    const previous = gains
    const origins: number[] = []
    gains = candidates.map((candidate) => {
      let best = { gain: frame === 0 ? 0 : -Infinity, origin: 0 }
      for (const [origin, gain] of previous.entries()) {
        const reached = gain - transition(states[frame - 1][origin].frequencyHz, candidate.frequencyHz)
        if (reached > best.gain) best = { gain: reached, origin }
      }
      origins.push(best.origin)
      return best.gain + localGain(frame, candidate)
    })
    cameFrom.push(origins)
  }
  const path: PitchCandidate[] = []
  let state = gains.indexOf(Math.max(...gains))
  for (let frame = states.length - 1; frame >= 0; frame--) {
    path.push(states[frame][state])
    state = cameFrom[frame][state]
  }
  return path.toReversed()
}

/** The quieter a frame, the better it is explained as silence. */
const voicelessGain = (intensity: number): number => {
  const { silenceThreshold, voicingThreshold } = PITCH_SETTINGS
  return voicingThreshold + Math.max(0, 2 - intensity / (silenceThreshold / (1 + voicingThreshold)))
}

/** f0 at a time, between two frames interpolated; null where the nearest frame has no voice. */
export const f0At = ({ firstTime, timeStep, f0Hz }: PitchTrack, time: number): number | null => {
  const at = (time - firstTime) / timeStep
  const left = Math.floor(at)
  const share = at - left
  const [near, far] = share < 0.5 ? [left, left + 1] : [left + 1, left]
  const nearHz = f0Hz[near] ?? 0
  if (nearHz === 0) return null
  const farHz = f0Hz[far] ?? 0
  return farHz === 0 ? nearHz : nearHz + Math.abs(at - near) * (farHz - nearHz)
}

/** Stretches of frames with voice, in seconds, each half a frame longer at both ends. */
export const voicedStretches = (
  { firstTime, timeStep, f0Hz }: PitchTrack,
  duration: number,
): { from: number; to: number }[] => {
  const stretches: { from: number; to: number }[] = []
  for (let first = 0; first < f0Hz.length; first++) {
    if (f0Hz[first] === 0) continue
    let last = first
    while (last + 1 < f0Hz.length && f0Hz[last + 1] > 0) last++
    const from = Math.max(0, firstTime + (first - 0.5) * timeStep)
    stretches.push({ from, to: Math.min(duration, firstTime + (last + 0.5) * timeStep) })
    first = last
  }
  return stretches
}
