/** A stretch of decoded sound. */
export interface DecodedPiece {
  /** Mean of the channels, in [-1, 1]. */
  readonly samples: Float32Array
  readonly sampleRateHz: number
  readonly channelCount: number
}

/** The mean of channels of equal length. */
export function meanOf(channels: readonly Float32Array[], sampleRateHz: number): DecodedPiece {
  const samples = new Float32Array(channels[0]?.length ?? 0)
  for (const channel of channels) for (const [at, sample] of channel.entries()) samples[at] += sample / channels.length
  return { samples, sampleRateHz, channelCount: channels.length }
}
