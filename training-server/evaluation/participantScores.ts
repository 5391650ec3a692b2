/** One person's score: what every figure is computed from, because recordings of one person are not independent. */
export interface ParticipantScore {
  readonly participantId: string
  readonly label: 0 | 1
  readonly probability: number
}

/** Mean over a participant's recordings; a participant with any recording of class 1 counts as class 1. */
export function participantScores(recordings: readonly ParticipantScore[]): ParticipantScore[] {
  const byParticipant = Map.groupBy(recordings, ({ participantId }) => participantId)
  return [...byParticipant].map(([participantId, own]) => ({
    participantId,
    label: own.some(({ label }) => label === 1) ? 1 : 0,
    probability: own.reduce((sum, { probability }) => sum + probability, 0) / own.length,
  }))
}
