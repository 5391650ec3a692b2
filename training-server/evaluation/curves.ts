import { steps, type Score } from './metrics.ts'

/** A point [x, y] of a curve, both within 0..1. */
export type Point = readonly [number, number]

/** [1 - specificity, sensitivity] from the strictest threshold to the mildest, from [0, 0] to [1, 1]. */
export function rocCurve(scores: readonly Score[]): Point[] {
  const { present, absent } = classCounts(scores)
  let [truePositives, falsePositives] = [0, 0]
  const points: Point[] = [[0, 0]]
  for (const step of steps(scores)) {
    truePositives += step.present
    falsePositives += step.absent
    points.push([falsePositives / absent, truePositives / present])
  }
  return points
}

/** [recall, precision] at every threshold, from the strictest to the mildest. */
export function precisionRecallCurve(scores: readonly Score[]): Point[] {
  const { present } = classCounts(scores)
  let [truePositives, called] = [0, 0]
  return steps(scores).map((step) => {
    truePositives += step.present
    called += step.present + step.absent
    return [truePositives / present, truePositives / called]
  })
}

export function classCounts(scores: readonly Pick<Score, 'label'>[]): { present: number; absent: number } {
  const present = scores.filter(({ label }) => label === 1).length
  return { present, absent: scores.length - present }
}
