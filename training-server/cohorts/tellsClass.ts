/**
 * How well one variable alone tells two classes apart: the area under the ROC curve (the share of pairs in which the first class has the
 * larger value, ties a half), from whichever side is above 0.5, with its 95 % interval (J. A. Hanley and B. J. McNeil, Radiology 143, 1982).
 *
 * @returns null where a class has no value.
 */
export function areaOf(first: readonly number[], second: readonly number[]): Area | null {
  const area = rawArea(first, second)
  return area === null ? null : withInterval(Math.max(area, 1 - area), first.length, second.length)
}

export interface Area {
  readonly value: number
  readonly low: number
  readonly high: number
}

function rawArea(first: readonly number[], second: readonly number[]): number | null {
  const [n, m] = [first.length, second.length]
  if (n === 0 || m === 0) return null
  const all = [...first.map((value) => ({ value, own: 1 })), ...second.map((value) => ({ value, own: 0 }))].toSorted(
    (a, b) => a.value - b.value,
  )
  let ranks = 0
  for (let start = 0; start < all.length;) {
    let end = start
    while (end < all.length && all[end]?.value === all[start]?.value) end++
    const rank = (start + 1 + end) / 2
    for (let index = start; index < end; index++) ranks += (all[index]?.own ?? 0) * rank
    start = end
  }
  return (ranks - (n * (n + 1)) / 2) / (n * m)
}

function withInterval(value: number, n: number, m: number): Area {
  const q1 = value / (2 - value)
  const q2 = (2 * value ** 2) / (1 + value)
  const spread = value * (1 - value) + (n - 1) * (q1 - value ** 2) + (m - 1) * (q2 - value ** 2)
  const half = 1.96 * Math.sqrt(Math.max(0, spread) / (n * m))
  return { value, low: Math.max(0.5, value - half), high: Math.min(1, value + half) }
}

/**
 * The same for names: each stands for the share of the first class among the OTHERS of that name, so that a name that appears once tells
 * nothing of its own class. Which side is above is given by the shares: an area below 0.5 comes of leaving oneself out, and is nothing.
 */
export function areaOfNames(first: readonly string[], second: readonly string[]): Area | null {
  const ofFirst = countsOf(first)
  const ofSecond = countsOf(second)
  const overall = first.length / Math.max(1, first.length + second.length)
  const share = (name: string, own: 0 | 1): number => {
    const hits = (ofFirst.get(name) ?? 0) - own
    const others = (ofFirst.get(name) ?? 0) + (ofSecond.get(name) ?? 0) - 1
    // One observation's weight of the overall share: rare names say little.
    return (hits + overall) / (others + 1)
  }
  const area = rawArea(
    first.map((name) => share(name, 1)),
    second.map((name) => share(name, 0)),
  )
  return area === null ? null : withInterval(Math.max(area, 0.5), first.length, second.length)
}

const countsOf = (names: readonly string[]): Map<string, number> =>
  new Map([...Map.groupBy(names, (name) => name)].map(([name, own]) => [name, own.length]))
