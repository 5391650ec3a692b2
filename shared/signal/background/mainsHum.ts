const SAMPLE_RATE_HZ = 16_000
/** 100 ms: bins of 10 Hz, in which both 50 and 60 Hz and their multiples fall whole, short enough for a gap between words. */
const BLOCK_SAMPLES = 1600
const MULTIPLES = 3
/** Speech hides hum, and a low voice looks like it: only the quietest blocks are read. */
const QUIET_SHARE = 0.1
/** Of a quiet block's power, hum holds at least this share. */
const LEAST_SHARE = 0.5

/** Listens for the mains: 50 or 60 Hz with its first multiples. */
export interface MainsHumMeter {
  push(samples: Float32Array): void
  /** Level of the hum in the quietest moments, dBFS; null where they are not mostly hum. */
  humDbfs(): number | null
}

/** For 16 kHz samples in [-1, 1]. */
export const createMainsHumMeter = (): MainsHumMeter => {
  const block = new Float32Array(BLOCK_SAMPLES)
  const blocks: { readonly power: number; readonly hum: number }[] = []
  let filled = 0
  return {
    push: (samples) => {
      for (let at = 0; at < samples.length;) {
        const part = samples.subarray(at, at + BLOCK_SAMPLES - filled)
        block.set(part, filled)
        filled += part.length
        at += part.length
        if (filled < BLOCK_SAMPLES) return
        filled = 0
        blocks.push(readBlock(block))
      }
    },
    humDbfs: () => {
      const quiet = blocks
        .filter(({ power }) => power > 0)
        .sort((a, b) => a.power - b.power)
        .slice(0, Math.max(1, Math.ceil(QUIET_SHARE * blocks.length)))
      const power = quiet.reduce((sum, each) => sum + each.power, 0)
      const hum = quiet.reduce((sum, each) => sum + each.hum, 0)
      return power > 0 && hum >= LEAST_SHARE * power ? 10 * Math.log10(hum / quiet.length) : null
    },
  }
}

function readBlock(block: Float32Array): { readonly power: number; readonly hum: number } {
  let energy = 0
  for (const sample of block) energy += sample * sample
  const hum = [50, 60].map((mains) => {
    let power = 0
    for (let multiple = 1; multiple <= MULTIPLES; multiple++) power += tonePower(block, mains * multiple)
    return power
  })
  return { power: energy / block.length, hum: Math.max(...hum) }
}

/** Mean square of the sine at `hz` in the block (G. Goertzel, Amer. Math. Monthly 65, 1958). */
function tonePower(block: Float32Array, hz: number): number {
  const turn = 2 * Math.cos((2 * Math.PI * hz) / SAMPLE_RATE_HZ)
  let last = 0
  let before = 0
  for (const sample of block) {
    const next = sample + turn * last - before
    before = last
    last = next
  }
  return (2 * (last * last + before * before - turn * last * before)) / block.length ** 2
}
