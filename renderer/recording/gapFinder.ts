/** A block of sound as the audio system names it: when its first sample sounded, by the system's own clock. */
export interface TimedBlock {
  readonly timestampUs: number
  readonly sampleCount: number
  readonly sampleRateHz: number
}

/** A block that may be passed on, with what is missing right before it. */
export interface PlacedBlock<Block> {
  readonly block: Block
  /** Samples at the block's rate that the audio system lost; 0 where it follows the block before. */
  readonly missingBefore: number
}

export interface GapFinder<Block> {
  /** @returns what may be passed on now, in order. A block after a suspected gap is held until the gap is sure. */
  push(block: Block): readonly PlacedBlock<Block>[]
  /** No block comes any more: what is still held. */
  end(): readonly PlacedBlock<Block>[]
}

/** Less than this is jitter of the time stamps: half of the 10 ms blocks that Chromium delivers, so that one lost block is seen. */
const TOLERANCE_US = 5_000
/** A lost block sets back every block after it; a late time stamp only its own. So many in a row (50 ms) make it sure. */
const SURE_BLOCKS = 5
/**
 * The system's clock settles: measured in Chromium, the stamps of the first 1 to 32 blocks are up to 1 s off those that follow. A jump in
 * this time says nothing.
 */
const SETTLING_US = 500_000
/** How fast the expected time follows the clock of the sound card, which is not quite the system's (share of each block's difference). */
const DRIFT_SHARE = 0.05

/**
 * Finds blocks that the audio system dropped: MediaStreamTrackProcessor delivers nothing in their place, and only the time stamps of the
 * blocks around them tell. A clock that goes back (the system changed the device under the track) is followed, no gap.
 */
export function createGapFinder<Block extends TimedBlock>(): GapFinder<Block> {
  /** When the next block should begin. Null before the second block: the first one's stamp is not to be relied on. */
  let expectedUs: number | null = null
  let seen = 0
  let heardUs = 0
  let held: Block[] = []
  let heldLateUs: number[] = []

  const lengthUs = ({ sampleCount, sampleRateHz }: TimedBlock): number => (sampleCount / sampleRateHz) * 1e6

  function release(missing: number): PlacedBlock<Block>[] {
    const placed = held.map((block, at) => ({ block, missingBefore: at === 0 ? missing : 0 }))
    held = []
    heldLateUs = []
    return placed
  }

  return {
    push(block) {
      seen += 1
      heardUs += lengthUs(block)
      if (seen === 1) return [{ block, missingBefore: 0 }]
      const lateUs = expectedUs === null ? 0 : block.timestampUs - expectedUs
      const settling = heardUs <= SETTLING_US
      if (expectedUs === null || settling || lateUs < -TOLERANCE_US) {
        const before = release(0)
        expectedUs = block.timestampUs + lengthUs(block)
        return [...before, { block, missingBefore: 0 }]
      }
      expectedUs += lengthUs(block)
      held.push(block)
      if (lateUs <= TOLERANCE_US) {
        expectedUs += DRIFT_SHARE * lateUs
        return release(0)
      }
      heldLateUs.push(lateUs)
      if (held.length < SURE_BLOCKS) return []
      // The least late of them: the others have jitter on top.
      const gapUs = Math.min(...heldLateUs)
      expectedUs += gapUs
      return release(Math.round((gapUs / 1e6) * (held[0]?.sampleRateHz ?? 0)))
    },
    end: () => release(0),
  }
}
