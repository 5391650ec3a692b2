/** Marks a test that takes minutes: part of a long proof's own command, not of `npm test`. */
export const LONG = { tag: '@long' } as const
