import { useReducedMotion } from '@mantine/hooks'
import { useEffect, useRef } from 'react'
import type { ActiveRecording } from '../bedside/bedside.ts'
import styles from './LiveWaveform.module.css'
import { type Trace, createTrace } from './trace.ts'

/** Pairs of 10 ms that fit the width: six seconds. */
const SHOWN_PAIRS = 600
const CALM_INTERVAL_MS = 500

interface LiveWaveformProps {
  readonly recording: Pick<ActiveRecording, 'takeWaveform'> | null
}

/** The sound of the last seconds, newest at the right. Where less motion is wished for it is redrawn twice a second. */
export function LiveWaveform({ recording }: LiveWaveformProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const calm = useReducedMotion()
  useEffect(() => {
    const element = canvas.current
    if (element === null) return
    const trace = createTrace(SHOWN_PAIRS)
    draw(element, trace)
    if (recording === null) return
    let frame = 0
    let drawnAt = 0
    const tick = (now: number) => {
      frame = requestAnimationFrame(tick)
      if (calm && now - drawnAt < CALM_INTERVAL_MS) return
      drawnAt = now
      const pairs = recording.takeWaveform()
      if (pairs.length === 0) return
      trace.add(pairs)
      draw(element, trace)
    }
    frame = requestAnimationFrame(tick)
    return () => cancelAnimationFrame(frame)
  }, [recording, calm])
  return <canvas ref={canvas} className={styles.wave} aria-hidden data-testid="live-waveform" />
}

function draw(canvas: HTMLCanvasElement, trace: Trace): void {
  const context = canvas.getContext('2d')
  if (context === null) return
  const scale = window.devicePixelRatio
  const width = Math.round(canvas.clientWidth * scale)
  const height = Math.round(canvas.clientHeight * scale)
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height })
  const middle = height / 2
  const step = width / SHOWN_PAIRS
  context.clearRect(0, 0, width, height)
  context.fillStyle = getComputedStyle(canvas).color
  context.fillRect(0, middle - 0.5 * scale, width, scale)
  trace.forEach((low, high, back) => {
    const top = middle - high * middle
    const bottom = middle - low * middle
    context.fillRect(width - (back + 1) * step, top, Math.max(step, scale), Math.max(bottom - top, scale))
  })
}
