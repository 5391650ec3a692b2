/** Of the runs side by side, the first to the last; each with a dash of its own, for who sees no colours. */
export const RUN_COLOURS = [
  { stroke: 'var(--spira-accent)', dash: '' },
  { stroke: 'var(--run-second)', dash: '7 4' },
  { stroke: 'var(--run-third)', dash: '2 4' },
  { stroke: 'var(--run-fourth)', dash: '10 4 2 4' },
] as const

export const runLetter = (at: number): string => String.fromCodePoint(65 + at)
