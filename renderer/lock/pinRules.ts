/** Fewer than a million PINs would be tried out in days on a stolen disk; a sentence may be chosen just as well. */
export const PIN_LENGTH = { least: 6, most: 64 } as const

export type PinProblem = 'too-short' | 'too-simple'

/** Why this PIN would not protect; null for one that may be chosen. */
export function pinProblem(pin: string): PinProblem | null {
  if (pin.length < PIN_LENGTH.least) return 'too-short'
  return isSimple(pin) ? 'too-simple' : null
}

/** One letter over and over, or each one step from the last: 000000, 123456, 987654, abcdef; also repeated: 121212, 123123. */
function isSimple(pin: string): boolean {
  for (let period = 1; period <= Math.min(3, pin.length / 2); period += 1)
    if (Array.from(pin).every((letter, at) => letter === pin.charAt(at % period))) return true
  const steps = Array.from(pin.slice(1), (letter, at) => letter.charCodeAt(0) - pin.charCodeAt(at))
  return Math.abs(steps[0] ?? 0) === 1 && steps.every((step) => step === steps[0])
}
