import { useComputedColorScheme } from '@mantine/core'
import { useReducedMotion } from '@mantine/hooks'
import { SPECTROGRAM } from '@spira/shared/signal/spectrogramColumns.ts'
import { spectrogramColours } from '@spira/shared/ui/spectrogramColours.ts'
import { useEffect, useRef } from 'react'
import styles from './LiveSpectrogram.module.css'

const { bands } = SPECTROGRAM
/** Columns of 10 ms that fit the width: six seconds, as the waveform above. */
const SHOWN_COLUMNS = 600
const CALM_INTERVAL_MS = 500

interface LiveSpectrogramProps {
  readonly sound: { takeSpectrogram(): Uint8Array } | null
}

/** Pitch and time of the last seconds, newest at the right: what is there is shifted, only the new columns are drawn. */
export function LiveSpectrogram({ sound }: LiveSpectrogramProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const scheme = useComputedColorScheme('light')
  const calm = useReducedMotion()
  useEffect(() => {
    const context = canvas.current?.getContext('2d', { alpha: false })
    if (context === undefined || context === null) return
    const colours = spectrogramColours(scheme)
    context.fillStyle = `rgb(${colours.subarray(0, 3).join(' ')})`
    context.fillRect(0, 0, SHOWN_COLUMNS, bands)
    if (sound === null) return
    let frame = 0
    let drawnAt = 0
    const tick = (now: number) => {
      frame = requestAnimationFrame(tick)
      if (calm && now - drawnAt < CALM_INTERVAL_MS) return
      drawnAt = now
      scroll(context, sound.takeSpectrogram(), colours)
    }
    frame = requestAnimationFrame(tick)
    return () => cancelAnimationFrame(frame)
  }, [sound, scheme, calm])
  return (
    <canvas
      ref={canvas}
      className={styles.spectrogram}
      width={SHOWN_COLUMNS}
      height={bands}
      aria-hidden
      data-testid="live-spectrogram"
    />
  )
}

function scroll(context: CanvasRenderingContext2D, columns: Uint8Array, colours: Uint8ClampedArray): void {
  const count = Math.min(SHOWN_COLUMNS, columns.length / bands)
  if (count === 0) return
  context.drawImage(context.canvas, -count, 0)
  context.putImageData(imageOf(columns.subarray(columns.length - count * bands), colours), SHOWN_COLUMNS - count, 0)
}

/** @param columns [columns][bands], the lowest band first: it is drawn at the foot. */
export function imageOf(columns: Uint8Array, colours: Uint8ClampedArray): ImageData {
  const width = columns.length / bands
  const image = new ImageData(width, bands)
  const pixels = new Uint32Array(image.data.buffer)
  const palette = new Uint32Array(colours.slice().buffer)
  for (let x = 0; x < width; x++)
    for (let band = 0; band < bands; band++)
      pixels[(bands - 1 - band) * width + x] = palette[columns[x * bands + band] ?? 0] ?? 0
  return image
}
