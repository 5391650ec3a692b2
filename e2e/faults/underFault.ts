/** What must be on the server in the end. */
export interface Expected {
  readonly recordingId: string
  readonly encounterId: string
  readonly participantId: string
  readonly sha256: string
}

/** A bedside device of the fault harness: a simulated one, or a real browser. */
export interface UnderFault {
  readonly kind: 'simulated' | 'Chromium'
  enrol(serverUrl: string, code: string): Promise<void>
  /** An encounter is saved: from here on nothing of it may be lost. */
  save(seconds: number): Promise<void>
  /** The app ends in the middle of what it does and is started again. */
  restart(): Promise<void>
  /** How the app says it stands with the server, a line for each way it said so since it was asked last; a browser as it is on the screen now. */
  said(): Promise<string>
  /** Items not yet vouched for by a receipt, and why those need a person. */
  unsent(): Promise<{ readonly waiting: number; readonly attention: readonly string[] }>
  sendNow(): Promise<void>
  expected(): Promise<readonly Expected[]>
  close(): Promise<void>
}
