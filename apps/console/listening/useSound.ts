import { useQuery } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { audioUrl } from '../recordings/recordings.ts'
import { LoopPlayer, type Stretch } from './loopPlayer.ts'
import { analyseSound, type SoundAnalysis } from './soundAnalysis.ts'
import { pan, showing, type TimeView, zoom } from './timeView.ts'

export interface Sound {
  readonly analysis: SoundAnalysis | undefined
  readonly failed: boolean
  readonly playing: boolean
  readonly position: number
  readonly view: TimeView
  readonly selection: Stretch | null
  readonly looping: boolean
  readonly toggle: () => void
  readonly seek: (seconds: number) => void
  readonly select: (selection: Stretch | null) => void
  readonly setLooping: (looping: boolean) => void
  readonly zoomBy: (factor: number, around?: number) => void
  readonly panBy: (seconds: number) => void
  readonly fit: () => void
}

/** One recording to be seen and heard: its analysis, what is in view and selected, and the player. All of it goes with the component. */
export function useSound(recordingId: string): Sound {
  const { data: analysis, isError } = useQuery({
    queryKey: ['sound', recordingId],
    queryFn: ({ signal }) => analyseSound(audioUrl(recordingId), signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    retry: false,
  })
  const duration = analysis?.durationSeconds ?? 0
  const player = useRef<LoopPlayer | null>(null)
  const [playing, setPlaying] = useState(false)
  const [position, setPosition] = useState(0)
  const [changedView, setView] = useState<TimeView | null>(null)
  const whole = useMemo(() => ({ from: 0, to: Math.max(0.01, duration) }), [duration])
  const view = changedView ?? whole
  const [selection, setSelection] = useState<Stretch | null>(null)
  const [looping, setLooping] = useState(true)

  useEffect(() => {
    if (analysis === undefined) return undefined
    const own = new LoopPlayer(analysis.samples, analysis.sampleRateHz, () => setPlaying(false))
    player.current = own
    return () => {
      player.current = null
      setPlaying(false)
      own.close()
    }
  }, [analysis])

  useEffect(() => {
    if (!playing) return undefined
    let frame = 0
    const tick = () => {
      const now = player.current?.position ?? 0
      setPosition(now)
      setView((before) => showing(before ?? whole, now, duration))
      frame = requestAnimationFrame(tick)
    }
    frame = requestAnimationFrame(tick)
    return () => cancelAnimationFrame(frame)
  }, [playing, duration, whole])

  const loop = looping ? selection : null
  useEffect(() => void player.current?.setLoop(loop), [loop])

  const toggle = useCallback(() => {
    const own = player.current
    if (own === null) return
    if (own.playing) {
      own.pause()
      setPlaying(false)
    } else
      void own
        .setLoop(loop)
        .then(() => own.play())
        .then(() => setPlaying(own.playing))
  }, [loop])
  const seek = useCallback(
    (seconds: number) => {
      void player.current?.seek(seconds)
      const moment = Math.min(Math.max(seconds, 0), duration)
      setPosition(moment)
      setView((before) => showing(before ?? whole, moment, duration))
    },
    [duration, whole],
  )
  return useMemo(
    () => ({
      analysis,
      failed: isError,
      playing,
      position,
      view,
      selection,
      looping,
      toggle,
      seek,
      select: setSelection,
      setLooping,
      zoomBy: (factor: number, around?: number) =>
        setView((before) => zoom(before ?? whole, factor, around ?? clamp(position, before ?? whole), duration)),
      panBy: (seconds: number) => setView((before) => pan(before ?? whole, seconds, duration)),
      fit: () => setView(null),
    }),
    [analysis, isError, playing, position, view, selection, looping, toggle, seek, duration, whole],
  )
}

/** The playhead where it is in view, else the middle. */
const clamp = (moment: number, { from, to }: TimeView): number =>
  moment >= from && moment <= to ? moment : (from + to) / 2
