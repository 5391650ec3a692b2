import { HISTOGRAMS, type HistogramName } from '@spira/shared/protocol/recordingsApi.ts'

/** The figures that have a strip each, in their order. */
export const FIGURES = Object.keys(HISTOGRAMS) as HistogramName[]

/** Whether a figure is a share, 0..1, which is read in per cent. */
export const isShare = (name: HistogramName): boolean => name === 'score' || name === 'disagreement'
