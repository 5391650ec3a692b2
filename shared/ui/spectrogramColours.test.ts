import { describe, expect, it } from 'vitest'
import { spectrogramColours } from './spectrogramColours.ts'

/** CIE L* of an sRGB colour, by the standard's own formulas: another measure of lightness than the one the scale is made with. */
function lightness(colours: Uint8ClampedArray, step: number): number {
  const [r = 0, g = 0, b = 0] = [...colours.subarray(4 * step, 4 * step + 3)].map((channel) => {
    const value = channel / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  const y = 0.2126 * r + 0.7152 * g + 0.0722 * b
  return y > 216 / 24389 ? 116 * Math.cbrt(y) - 16 : (24389 / 27) * y
}

describe.each(['light', 'dark'] as const)('the %s spectrogram colours', (scheme) => {
  const colours = spectrogramColours(scheme)

  it('go from the ground to the contrast in one direction and in even steps', () => {
    const lights = Array.from({ length: 17 }, (_, at) => lightness(colours, Math.round((at * 255) / 16)))
    const steps = lights.slice(1).map((light, at) => light - (lights[at] ?? 0))
    const mean = steps.reduce((sum, step) => sum + step, 0) / steps.length
    expect(Math.abs(mean * 16)).toBeGreaterThan(65)
    for (const step of steps) {
      expect(Math.sign(step)).toBe(scheme === 'dark' ? 1 : -1)
      expect(step / mean).toBeGreaterThan(0.6)
      expect(step / mean).toBeLessThan(1.4)
    }
  })

  it('are opaque', () => {
    expect([...colours].filter((_, at) => at % 4 === 3).every((alpha) => alpha === 255)).toBe(true)
  })
})
