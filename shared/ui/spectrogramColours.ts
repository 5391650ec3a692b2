/** A colour scale in OKLCH: lightness from one end to the other in equal steps, hue and chroma along. */
interface Scale {
  readonly lightness: readonly [from: number, to: number]
  readonly hue: readonly [from: number, to: number]
  readonly chroma: readonly [from: number, middle: number, to: number]
}

/** From the ground of each colour scheme (`--spira-sunken`) to its strongest contrast. */
const SCALES: Readonly<Record<'light' | 'dark', Scale>> = {
  light: { lightness: [0.957, 0.24], hue: [200, 285], chroma: [0.006, 0.1, 0.075] },
  dark: { lightness: [0.23, 0.95], hue: [220, 95], chroma: [0.018, 0.095, 0.13] },
}
const STEPS = 256

/**
 * RGBA of each of 256 levels. Equal steps of level are equal steps of OKLab lightness, so that no level looks like an edge that is not in
 * the sound, in grey and to the colour-blind as well. (B. Ottosson, "A perceptual color space for image processing", 2020.)
 */
export function spectrogramColours(scheme: 'light' | 'dark'): Uint8ClampedArray<ArrayBuffer> {
  const { lightness, hue, chroma } = SCALES[scheme]
  const colours = new Uint8ClampedArray(4 * STEPS)
  for (let step = 0; step < STEPS; step++) {
    const share = step / (STEPS - 1)
    const c = share < 0.5 ? mix(chroma[0], chroma[1], 2 * share) : mix(chroma[1], chroma[2], 2 * share - 1)
    const rgb = srgb(mix(lightness[0], lightness[1], share), c, mix(hue[0], hue[1], share))
    colours.set([...rgb.map((channel) => Math.round(255 * channel)), 255], 4 * step)
  }
  return colours
}

const mix = (from: number, to: number, share: number): number => from + (to - from) * share

function srgb(lightness: number, chroma: number, hueDegrees: number): readonly number[] {
  const angle = (hueDegrees * Math.PI) / 180
  const a = chroma * Math.cos(angle)
  const b = chroma * Math.sin(angle)
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ].map((linear) => {
    const inside = Math.min(1, Math.max(0, linear))
    return inside <= 0.0031308 ? 12.92 * inside : 1.055 * inside ** (1 / 2.4) - 0.055
  })
}
