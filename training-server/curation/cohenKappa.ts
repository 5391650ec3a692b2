/**
 * Agreement of two annotators beyond chance: (observed - expected) / (1 - expected), expected from each annotator's own shares (J. Cohen,
 * "A coefficient of agreement for nominal scales", Educational and Psychological Measurement 20, 1960).
 *
 * @param pairs what each said of the same things.
 * @returns null without pairs, and where both always say one and the same: chance alone would agree as much.
 */
export function cohenKappa(pairs: readonly (readonly [string, string])[]): number | null {
  if (pairs.length === 0) return null
  const share = (side: 0 | 1): Map<string, number> => {
    const counts = new Map<string, number>()
    for (const pair of pairs) counts.set(pair[side], (counts.get(pair[side]) ?? 0) + 1 / pairs.length)
    return counts
  }
  const [first, second] = [share(0), share(1)]
  const observed = pairs.filter(([a, b]) => a === b).length / pairs.length
  const expected = [...first].reduce((sum, [value, part]) => sum + part * (second.get(value) ?? 0), 0)
  return 1 - expected < 1e-12 ? null : (observed - expected) / (1 - expected)
}
