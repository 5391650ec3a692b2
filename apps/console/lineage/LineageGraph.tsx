import { ScrollArea } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { Link, type LinkProps } from '@tanstack/react-router'
import { useId } from 'react'
import styles from './LineageGraph.module.css'

export interface LineageNode {
  readonly id: string
  readonly title: string
  readonly lines: readonly string[]
  readonly to?: Pick<LinkProps, 'to' | 'params' | 'search'>
  /** The one that the graph is about. */
  readonly isSubject?: boolean
}

export interface LineageColumn {
  readonly title: string
  readonly nodes: readonly LineageNode[]
}

interface LineageGraphProps {
  /** In the direction of time. */
  readonly columns: readonly LineageColumn[]
  /** From a node to one of the next column. */
  readonly edges: readonly { readonly from: string; readonly to: string }[]
  readonly label: string
}

/** Narrower it is not drawn: it scrolls sideways. */
const NARROWEST = 176
const WIDEST = 260
const GAP = 44
const NODE = 112
const SPACE = 16
const HEAD = 36

/** What came from what, from left to right. Read aloud it is a list a column, each with what it leads to. */
export function LineageGraph({ columns, edges, label }: LineageGraphProps) {
  const arrow = useId()
  const tallest = Math.max(...columns.map(({ nodes }) => nodes.length))
  const height = HEAD + tallest * (NODE + SPACE)
  const { ref: frame, width: room } = useElementSize()
  const gaps = columns.length - 1
  const own = Math.min(WIDEST, Math.max(NARROWEST, Math.floor((room - gaps * GAP) / columns.length)))
  const width = columns.length * own + gaps * GAP
  const places = new Map(
    columns.flatMap(({ nodes }, column) =>
      nodes.map(({ id }, row) => {
        const top = HEAD + ((tallest - nodes.length) * (NODE + SPACE)) / 2 + row * (NODE + SPACE)
        return [id, { left: column * (own + GAP), top }] as const
      }),
    ),
  )
  return (
    <section className={styles.frame} aria-label={label} data-testid="lineage-graph">
      <div ref={frame} data-wide-page />
      <ScrollArea type="auto" viewportProps={{ tabIndex: 0 }}>
        <div className={styles.graph} style={{ width, height }}>
          <svg width={width} height={height} aria-hidden>
            <marker id={arrow} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
              <path d="M0 0 8 4 0 8z" className={styles.head} />
            </marker>
            {edges.map(({ from, to }) => {
              const [start, end] = [places.get(from), places.get(to)]
              if (start === undefined || end === undefined) return null
              const [x1, y1, x2, y2] = [start.left + own, start.top + NODE / 2, end.left - 2, end.top + NODE / 2]
              const bend = (x2 - x1) / 2
              return (
                <path
                  key={`${from} ${to}`}
                  className={styles.edge}
                  d={`M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`}
                  markerEnd={`url(#${arrow})`}
                />
              )
            })}
          </svg>
          {columns.map(({ title, nodes }, column) => (
            <section key={title} aria-label={title}>
              <h2 className={styles.column} style={{ left: column * (own + GAP), width: own }}>
                {title}
              </h2>
              <ul>
                {nodes.map(({ id, title: name, lines, to, isSubject }) => (
                  <li
                    key={id}
                    className={styles.node}
                    style={{ ...places.get(id), width: own, height: NODE }}
                    data-subject={isSubject}
                    data-testid="lineage-node"
                  >
                    {to === undefined ? <strong>{name}</strong> : <Link {...to}>{name}</Link>}
                    {lines.map((line) => (
                      <span key={line}>{line}</span>
                    ))}
                  </li>
                ))}
              </ul>
            </section>
          ))}
        </div>
      </ScrollArea>
    </section>
  )
}
