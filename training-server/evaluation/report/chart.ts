import type { Point } from '../curves.ts'
import { markup, type Markup } from './markup.ts'

const SIZE = 260
const MARGIN = { left: 44, right: 12, top: 12, bottom: 40 } as const

export interface Line {
  readonly name: string
  readonly points: readonly Point[]
  /** A class of the style sheet. */
  readonly look: 'first' | 'second' | 'guide'
  /** Shaded down to the lowest value: an area that is itself a figure. */
  readonly shaded?: true
  /** Also a dot at each point, with an area that grows with the count. */
  readonly counts?: readonly number[]
}

export interface Axis {
  readonly title: string
  readonly from: number
  readonly to: number
  readonly ticks: readonly number[]
}

/** A chart drawn without any library, so that the page needs nothing from anywhere. */
export function chart(title: string, x: Axis, y: Axis, lines: readonly Line[]): Markup {
  const width = SIZE + MARGIN.left + MARGIN.right
  const height = SIZE + MARGIN.top + MARGIN.bottom
  const px = (value: number) => Number((MARGIN.left + (SIZE * (value - x.from)) / (x.to - x.from)).toFixed(1))
  const py = (value: number) => Number((MARGIN.top + SIZE - (SIZE * (value - y.from)) / (y.to - y.from)).toFixed(1))
  const path = (points: readonly Point[]) =>
    points.map(([a, b], at) => `${at === 0 ? 'M' : 'L'}${px(a)} ${py(b)}`).join('')
  return markup`<figure>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">
${x.ticks.map((tick) => markup`<line class="grid" x1="${px(tick)}" y1="${py(y.from)}" x2="${px(tick)}" y2="${py(y.to)}"/><text class="tick" text-anchor="middle" x="${px(tick)}" y="${MARGIN.top + SIZE + 16}">${tick}</text>`)}
${y.ticks.map((tick) => markup`<line class="grid" x1="${px(x.from)}" y1="${py(tick)}" x2="${px(x.to)}" y2="${py(tick)}"/><text class="tick" text-anchor="end" x="${MARGIN.left - 6}" y="${py(tick) + 4}">${tick}</text>`)}
<text class="axis" text-anchor="middle" x="${MARGIN.left + SIZE / 2}" y="${height - 6}">${x.title}</text>
<text class="axis" text-anchor="middle" transform="translate(12 ${MARGIN.top + SIZE / 2}) rotate(-90)">${y.title}</text>
${lines.map(({ points, look, counts, shaded }) => markup`${shaded === true ? area(points) : markup``}<path class="line ${look}" d="${path(points)}"/>${(counts ?? []).map((count, at) => dot(points[at] ?? [0, 0], count))}`)}
</svg>
<figcaption><strong>${title}</strong>${lines.map(({ name, look }) => markup`<span class="key"><i class="${look}"></i>${name}</span>`)}</figcaption>
</figure>`

  function area(points: readonly Point[]): Markup {
    const [first, last] = [points[0]?.[0] ?? x.from, points.at(-1)?.[0] ?? x.from]
    return markup`<path class="area" d="${path([[first, y.from], ...points, [last, y.from]])}Z"/>`
  }

  function dot([a, b]: Point, count: number): Markup {
    return markup`<circle class="dot" cx="${px(a)}" cy="${py(b)}" r="${(2 + Math.sqrt(count)).toFixed(1)}"><title>${count} participants</title></circle>`
  }
}

export const SHARE_TICKS = [0, 0.2, 0.4, 0.6, 0.8, 1] as const

/** About five round numbers from 0 to at least `most`. */
export function roundTicks(most: number): number[] {
  const rough = most / 5
  const magnitude = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((factor) => factor * magnitude).find((candidate) => candidate >= rough) ?? rough
  return Array.from({ length: Math.ceil(most / step - 1e-9) + 1 }, (_, at) => Number((at * step).toPrecision(6)))
}
