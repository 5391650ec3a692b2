import { ActionIcon, useComputedColorScheme } from '@mantine/core'
import { IconPlayerPauseFilled, IconPlayerPlayFilled } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import WaveSurfer from 'wavesurfer.js'
import styles from './AudioPlayer.module.css'
import { clock } from './clock.ts'
import { useText } from './useText.ts'

interface AudioPlayerProps {
  readonly source: Blob | string
  /** Names the audio to screen readers, for example the task. */
  readonly label: string
  readonly height?: number
}

type Phase = 'loading' | 'ready' | 'playing' | 'failed'
const STEP_S = 1
/** Drawn on a canvas, which cannot read the theme's variables. */
const WAVE_COLOURS = {
  light: { waveColor: '#8fa5a9', progressColor: '#0d707b', cursorColor: '#0f2327' },
  dark: { waveColor: '#5f777c', progressColor: '#74bbc1', cursorColor: '#e6eeef' },
} as const

/**
 * A waveform that plays. Space or enter on the button plays and pauses; on the position slider the arrow keys move by a second,
 * home and end to the ends. The player and everything it holds go when the component does or the source changes.
 */
export function AudioPlayer({ source, label, height = 64 }: AudioPlayerProps) {
  const text = useText()
  const scheme = useComputedColorScheme('light')
  const container = useRef<HTMLDivElement>(null)
  const player = useRef<WaveSurfer | null>(null)
  const [phase, setPhase] = useState<Phase>('loading')
  const [position, setPosition] = useState(0)
  const [duration, setDuration] = useState(0)

  useEffect(() => {
    if (container.current === null) return
    const surfer = WaveSurfer.create({
      container: container.current,
      height,
      ...WAVE_COLOURS[scheme],
      barWidth: 3,
      barGap: 2,
      barRadius: 2,
      normalize: false,
      dragToSeek: true,
    })
    player.current = surfer
    setPhase('loading')
    setPosition(0)
    surfer.on('ready', (seconds) => {
      setDuration(seconds)
      setPhase('ready')
    })
    surfer.on('timeupdate', setPosition)
    surfer.on('play', () => setPhase('playing'))
    surfer.on('pause', () => setPhase('ready'))
    surfer.on('error', () => setPhase('failed'))
    const loading = typeof source === 'string' ? surfer.load(source) : surfer.loadBlob(source)
    // A failure is shown by the 'error' event; the rejection of a load that was given up says nothing new.
    loading.catch(() => undefined)
    return () => {
      player.current = null
      surfer.destroy()
    }
  }, [source, height, scheme])

  const playing = phase === 'playing'
  const seek = (seconds: number) => player.current?.setTime(Math.min(Math.max(seconds, 0), duration))
  return (
    <div className={styles.player} data-testid="audio-player">
      <ActionIcon
        variant="filled"
        radius="xl"
        size={52}
        disabled={phase === 'loading' || phase === 'failed'}
        aria-label={playing ? text('player.pause') : text('player.play', { label })}
        onClick={() => void player.current?.playPause()}
      >
        {playing ? <IconPlayerPauseFilled size="1.5rem" /> : <IconPlayerPlayFilled size="1.5rem" />}
      </ActionIcon>
      <div className={styles.track}>
        <div ref={container} className={styles.wave} aria-hidden />
        <input
          className={styles.slider}
          type="range"
          min={0}
          max={duration}
          step={0.1}
          value={position}
          aria-label={text('player.position', { label })}
          aria-valuetext={text('player.positionOf', { position: clock(position), duration: clock(duration) })}
          onChange={(event) => seek(event.currentTarget.valueAsNumber)}
          onKeyDown={(event) => {
            const move = { ArrowLeft: -STEP_S, ArrowDown: -STEP_S, ArrowRight: STEP_S, ArrowUp: STEP_S }[event.key]
            if (move === undefined) return
            event.preventDefault()
            seek(position + move)
          }}
        />
      </div>
      <span className={styles.time}>
        {phase === 'failed' ? text('player.failed') : `${clock(position)} / ${clock(duration)}`}
      </span>
    </div>
  )
}
