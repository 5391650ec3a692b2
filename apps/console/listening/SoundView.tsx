import { ActionIcon, Skeleton, useComputedColorScheme } from '@mantine/core'
import type { CurationSegment } from '@spira/shared/protocol/curationApi.ts'
import { SPECTROGRAM } from '@spira/shared/signal/spectrogramColumns.ts'
import { clock } from '@spira/shared/ui/clock.ts'
import { spectrogramColours } from '@spira/shared/ui/spectrogramColours.ts'
import {
  IconArrowsHorizontal,
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconRepeat,
  IconX,
  IconZoomIn,
  IconZoomOut,
} from '@tabler/icons-react'
import { type PointerEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useIntl } from 'react-intl'
import { useText } from '../catalogue.ts'
import { drawSound, SCALE_WIDTH, type SoundColours, type SoundPicture } from './drawSound.ts'
import { soundLanes } from './soundLanes.ts'
import styles from './SoundView.module.css'
import type { Sound } from './useSound.ts'

interface SoundViewProps {
  readonly sound: Sound
  readonly label: string
  readonly marks: readonly CurationSegment[]
  readonly relevance: SoundPicture['relevance']
}

const ZOOM_STEP = 0.5
/** A shorter drag is a touch, px. */
const LEAST_DRAG = 4

/** Waveform, spectrogram, pitch, speech, the score's course and the marks, one time axis; drag to select, touch to go there. */
export function SoundView({ sound, label, marks, relevance }: SoundViewProps) {
  const text = useText()
  const { formatNumber } = useIntl()
  const scheme = useComputedColorScheme('light')
  const canvas = useRef<HTMLCanvasElement>(null)
  const [width, setWidth] = useState(0)
  const { analysis, view, selection, position } = sound

  const frame = useCallback((element: HTMLDivElement) => {
    const watcher = new ResizeObserver(() => setWidth(element.clientWidth))
    watcher.observe(element)
    return () => watcher.disconnect()
  }, [])

  const lanes = useMemo(() => soundLanes({ withRelevance: relevance !== null }), [relevance])
  const spectrogram = useMemo(
    () => (analysis === undefined ? null : spectrogramImage(analysis.columns, scheme)),
    [analysis, scheme],
  )
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (context === null || context === undefined || analysis === undefined || spectrogram === null || width === 0)
      return
    const ratio = window.devicePixelRatio
    context.canvas.width = width * ratio
    context.canvas.height = lanes.height * ratio
    context.scale(ratio, ratio)
    const colours = coloursOf(context.canvas, scheme)
    drawSound(context, width, { lanes, analysis, spectrogram, view, selection, marks, relevance, colours })
  }, [lanes, analysis, spectrogram, view, selection, marks, relevance, width, scheme])

  const plot = width - SCALE_WIDTH
  const secondsAt = (clientX: number): number => {
    const left = canvas.current?.getBoundingClientRect().left ?? 0
    const share = (clientX - left - SCALE_WIDTH) / Math.max(1, plot)
    return view.from + Math.min(1, Math.max(0, share)) * (view.to - view.from)
  }
  const drag = useRef<{ readonly startX: number; readonly from: number } | null>(null)
  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0) return
    event.currentTarget.setPointerCapture(event.pointerId)
    drag.current = { startX: event.clientX, from: secondsAt(event.clientX) }
  }
  const onPointerMove = (event: PointerEvent) => {
    if (drag.current === null || Math.abs(event.clientX - drag.current.startX) < LEAST_DRAG) return
    const to = secondsAt(event.clientX)
    const { from } = drag.current
    sound.select({ from: Math.min(from, to), to: Math.max(from, to) })
  }
  const onPointerUp = (event: PointerEvent) => {
    const started = drag.current
    drag.current = null
    if (started !== null && Math.abs(event.clientX - started.startX) < LEAST_DRAG) sound.seek(started.from)
  }
  useEffect(() => {
    const element = canvas.current
    if (element === null) return undefined
    // Not passive: a wheel over the sound zooms (ctrl or pinch) or moves it sideways instead of the page.
    const onWheel = (event: WheelEvent) => {
      if (event.ctrlKey) {
        event.preventDefault()
        sound.zoomBy(Math.exp(event.deltaY / 200), secondsAt(event.clientX))
      } else if (event.deltaX !== 0) {
        event.preventDefault()
        sound.panBy((event.deltaX / Math.max(1, plot)) * (view.to - view.from))
      }
    }
    element.addEventListener('wheel', onWheel, { passive: false })
    return () => element.removeEventListener('wheel', onWheel)
  })

  if (sound.failed) return <p className={styles.failed}>{text('player.failed')}</p>
  if (analysis === undefined) return <Skeleton height={lanes.height + 60} radius="lg" />
  const seconds = (value: number): string =>
    `${formatNumber(value, { minimumFractionDigits: 2, maximumFractionDigits: 2 })} s`
  const duration = analysis.durationSeconds
  const head = ((position - view.from) / (view.to - view.from)) * plot
  return (
    <section className={styles.sound} aria-label={text('sound.label', { what: label })} data-testid="sound-view">
      <div className={styles.picture} ref={frame}>
        {[...lanes.all].map(([lane, { top }]) => (
          <span key={lane} className={styles.laneName} style={{ top }} data-lane={lane}>
            {text(`lane.${lane}`)}
          </span>
        ))}
        <canvas
          ref={canvas}
          className={styles.canvas}
          style={{ height: lanes.height }}
          onPointerDown={onPointerDown}
          onPointerMove={onPointerMove}
          onPointerUp={onPointerUp}
        >
          {text('sound.summary', {
            duration: seconds(duration),
            speech: analysis.segments.speech.length,
            pauses: analysis.segments.pauses.length,
          })}
        </canvas>
        {head >= 0 && head <= plot && (
          <span className={styles.playhead} style={{ transform: `translateX(${SCALE_WIDTH + head}px)` }} aria-hidden />
        )}
      </div>
      <div className={styles.controls}>
        <ActionIcon
          variant="filled"
          radius="xl"
          size={48}
          aria-label={sound.playing ? text('player.pause') : text('player.play', { label })}
          onClick={sound.toggle}
          data-testid="sound-play"
        >
          {sound.playing ? <IconPlayerPauseFilled size="1.4rem" /> : <IconPlayerPlayFilled size="1.4rem" />}
        </ActionIcon>
        <input
          className={styles.slider}
          type="range"
          min={0}
          max={duration}
          step={0.01}
          value={position}
          aria-label={text('player.position', { label })}
          aria-valuetext={text('player.positionOf', { position: clock(position), duration: clock(duration) })}
          onChange={(event) => sound.seek(event.currentTarget.valueAsNumber)}
        />
        <span className={styles.time}>
          {seconds(position)} / {seconds(duration)}
        </span>
        <ActionIcon
          variant={sound.looping ? 'light' : 'subtle'}
          aria-pressed={sound.looping}
          aria-label={text('sound.loop')}
          title={text('sound.loop')}
          onClick={() => sound.setLooping(!sound.looping)}
        >
          <IconRepeat size={20} stroke={1.8} />
        </ActionIcon>
        <ActionIcon
          aria-label={text('sound.zoomOut')}
          title={text('sound.zoomOut')}
          onClick={() => sound.zoomBy(1 / ZOOM_STEP)}
        >
          <IconZoomOut size={20} stroke={1.8} />
        </ActionIcon>
        <ActionIcon
          aria-label={text('sound.zoomIn')}
          title={text('sound.zoomIn')}
          onClick={() => sound.zoomBy(ZOOM_STEP)}
          data-testid="sound-zoom-in"
        >
          <IconZoomIn size={20} stroke={1.8} />
        </ActionIcon>
        <ActionIcon aria-label={text('sound.fit')} title={text('sound.fit')} onClick={sound.fit}>
          <IconArrowsHorizontal size={20} stroke={1.8} />
        </ActionIcon>
      </div>
      <p className={styles.selection} data-testid="sound-selection">
        {selection === null ? (
          text('sound.howToSelect')
        ) : (
          <>
            {text('sound.selected', {
              from: seconds(selection.from),
              to: seconds(selection.to),
              length: seconds(selection.to - selection.from),
            })}
            <ActionIcon
              aria-label={text('sound.unselect')}
              title={text('sound.unselect')}
              onClick={() => sound.select(null)}
            >
              <IconX size={18} stroke={1.8} />
            </ActionIcon>
          </>
        )}
      </p>
    </section>
  )
}

/** A pixel a column and band, the highest band on top. */
function spectrogramImage(columns: Uint8Array, scheme: 'light' | 'dark'): HTMLCanvasElement {
  const { bands } = SPECTROGRAM
  const width = Math.max(1, columns.length / bands)
  const colours = spectrogramColours(scheme)
  const pixels = new Uint8ClampedArray(4 * width * bands)
  for (let column = 0; column < width; column++) {
    for (let band = 0; band < bands; band++) {
      const level = columns[column * bands + band] ?? 0
      pixels.set(colours.subarray(4 * level, 4 * level + 4), 4 * ((bands - 1 - band) * width + column))
    }
  }
  const image = document.createElement('canvas')
  image.width = width
  image.height = bands
  image.getContext('2d')?.putImageData(new ImageData(pixels, width, bands), 0, 0)
  return image
}

/** A canvas cannot read the theme's variables by itself. */
function coloursOf(element: Element, scheme: 'light' | 'dark'): SoundColours {
  const style = getComputedStyle(element)
  const read = (name: string): string => style.getPropertyValue(name).trim()
  return {
    ink: read('--spira-ink'),
    muted: read('--spira-muted'),
    line: read('--spira-line'),
    sunken: read('--spira-sunken'),
    accent: read('--spira-accent'),
    alarm: read('--tone-alarm-ink'),
    unsure: read('--tone-unsure-ink'),
    good: read('--tone-good-ink'),
    font: style.fontFamily,
    veil: scheme === 'dark' ? 0.22 : 0.12,
  }
}
