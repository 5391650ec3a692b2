import type { CurationSegment } from '@spira/shared/protocol/curationApi.ts'
import { SPECTROGRAM } from '@spira/shared/signal/spectrogramColumns.ts'
import type { Stretch } from './loopPlayer.ts'
import type { SoundAnalysis } from './soundAnalysis.ts'
import type { Lane, SoundLanes } from './soundLanes.ts'
import { type TimeView, tickSeconds } from './timeView.ts'

/** Room for the scales at the left, px. */
export const SCALE_WIDTH = 124

const F0 = { low: 60, high: 500 } as const

export interface SoundColours {
  readonly ink: string
  readonly muted: string
  readonly line: string
  readonly sunken: string
  readonly accent: string
  readonly alarm: string
  readonly unsure: string
  readonly good: string
  readonly font: string
  /** Of the selection's ground. */
  readonly veil: number
}

export interface SoundPicture {
  readonly lanes: SoundLanes
  readonly analysis: SoundAnalysis
  /** The whole spectrogram, one pixel a column and band. */
  readonly spectrogram: CanvasImageSource
  readonly view: TimeView
  readonly selection: Stretch | null
  readonly marks: readonly CurationSegment[]
  /** Mean window probability over each half second; null without a score. */
  readonly relevance: {
    readonly cells: readonly number[]
    readonly cellSeconds: number
    readonly threshold: number
  } | null
  readonly colours: SoundColours
}

/** Draws everything but the playhead. `width` in CSS pixels. */
export function drawSound(context: CanvasRenderingContext2D, width: number, picture: SoundPicture): void {
  const { view, colours, lanes } = picture
  const plot = width - SCALE_WIDTH
  const x = (seconds: number): number => SCALE_WIDTH + ((seconds - view.from) / (view.to - view.from)) * plot
  context.clearRect(0, 0, width, lanes.height)
  context.font = `12px ${colours.font}`
  context.fillStyle = colours.sunken
  for (const { top, height } of lanes.all.values()) context.fillRect(SCALE_WIDTH, top, plot, height)
  context.save()
  context.beginPath()
  context.rect(SCALE_WIDTH, 0, plot, lanes.height)
  context.clip()
  drawWave(context, picture, plot)
  drawSpectrogram(context, picture, plot)
  drawPitch(context, picture, x)
  drawBands(context, picture, x)
  drawRelevance(context, picture, x)
  drawSelection(context, picture, x)
  context.restore()
  drawScales(context, picture, x, width)
}

/** @returns of a lane that the picture does not have, one without height. */
const placeOf = ({ lanes }: SoundPicture, lane: Lane) => lanes.all.get(lane) ?? { top: 0, height: 0 }

function drawWave(context: CanvasRenderingContext2D, picture: SoundPicture, plot: number): void {
  const { analysis, view, colours } = picture
  const { samples, sampleRateHz } = analysis
  const { top, height } = placeOf(picture, 'wave')
  const middle = top + height / 2
  const perPixel = ((view.to - view.from) * sampleRateHz) / plot
  context.fillStyle = colours.accent
  for (let pixel = 0; pixel < plot; pixel++) {
    const start = Math.floor(view.from * sampleRateHz + pixel * perPixel)
    const end = Math.min(samples.length, Math.max(start + 1, Math.floor(start + perPixel)))
    let low = 1
    let high = -1
    for (let i = start; i < end; i++) {
      const sample = samples[i] ?? 0
      if (sample < low) low = sample
      if (sample > high) high = sample
    }
    if (high < low) continue
    const y = middle - (high * height) / 2
    context.fillRect(SCALE_WIDTH + pixel, y, 1, Math.max(1, ((high - low) * height) / 2))
  }
}

function drawSpectrogram(context: CanvasRenderingContext2D, picture: SoundPicture, plot: number): void {
  const { view, spectrogram, analysis } = picture
  const perSecond = analysis.sampleRateHz / SPECTROGRAM.hopSamples
  const { top, height } = placeOf(picture, 'spectrogram')
  context.imageSmoothingEnabled = true
  context.imageSmoothingQuality = 'high'
  context.drawImage(
    spectrogram,
    view.from * perSecond,
    0,
    Math.max(1, (view.to - view.from) * perSecond),
    SPECTROGRAM.bands,
    SCALE_WIDTH,
    top,
    plot,
    height,
  )
}

const pitchY = (picture: SoundPicture, hz: number): number => {
  const share = Math.log(hz / F0.low) / Math.log(F0.high / F0.low)
  const { top, height } = placeOf(picture, 'pitch')
  return top + height * (1 - Math.min(1, Math.max(0, share)))
}

function drawPitch(context: CanvasRenderingContext2D, picture: SoundPicture, x: (seconds: number) => number): void {
  const { analysis, colours } = picture
  const { firstTime, timeStep, f0Hz } = analysis.pitch
  context.strokeStyle = colours.accent
  context.lineWidth = 2.25
  context.lineJoin = 'round'
  context.lineCap = 'round'
  context.beginPath()
  let voiced = false
  for (const [frame, hz] of f0Hz.entries()) {
    if (hz > 0) {
      const at = x(firstTime + frame * timeStep)
      if (voiced) context.lineTo(at, pitchY(picture, hz))
      else context.moveTo(at, pitchY(picture, hz))
    }
    voiced = hz > 0
  }
  context.stroke()
}

function drawBands(context: CanvasRenderingContext2D, picture: SoundPicture, x: (seconds: number) => number): void {
  const { analysis, marks, colours } = picture
  const bar = (lane: Lane, from: number, to: number, colour: string, inset = 0): void => {
    const { top, height } = placeOf(picture, lane)
    context.fillStyle = colour
    context.beginPath()
    context.roundRect(x(from), top + inset, Math.max(1, x(to) - x(from)), height - 2 * inset, 4)
    context.fill()
  }
  for (const { from, to } of analysis.segments.speech) bar('segments', from, to, colours.accent, 3)
  for (const { from, to } of analysis.segments.pauses) bar('segments', from, to, colours.line, 7)
  const tone = { usable: colours.good, noise: colours.alarm, 'other-voice': colours.unsure }
  for (const { fromMs, toMs, kind } of marks) bar('marks', fromMs / 1000, toMs / 1000, tone[kind], 2)
}

function drawRelevance(context: CanvasRenderingContext2D, picture: SoundPicture, x: (seconds: number) => number): void {
  const { relevance, colours, analysis } = picture
  if (relevance === null) return
  const { top, height } = placeOf(picture, 'relevance')
  for (const [cell, value] of relevance.cells.entries()) {
    const from = cell * relevance.cellSeconds
    const to = Math.min(analysis.durationSeconds, from + relevance.cellSeconds)
    context.fillStyle = value >= relevance.threshold ? colours.alarm : colours.muted
    context.fillRect(x(from), top + height * (1 - value), Math.max(1, x(to) - x(from) - 0.5), height * value)
  }
  const y = Math.round(top + height * (1 - relevance.threshold)) + 0.5
  context.strokeStyle = colours.ink
  context.lineWidth = 1
  context.setLineDash([3, 3])
  context.beginPath()
  context.moveTo(SCALE_WIDTH, y)
  context.lineTo(context.canvas.width, y)
  context.stroke()
  context.setLineDash([])
}

function drawSelection(context: CanvasRenderingContext2D, picture: SoundPicture, x: (seconds: number) => number): void {
  const { selection, colours } = picture
  if (selection === null) return
  const [from, to] = [x(selection.from), x(selection.to)]
  const { top, height } = placeOf(picture, 'marks')
  const bottom = top + height
  context.save()
  context.globalAlpha = colours.veil
  context.fillStyle = colours.ink
  context.fillRect(from, 0, to - from, bottom)
  context.restore()
  context.strokeStyle = colours.ink
  context.lineWidth = 1.5
  context.strokeRect(from, 0.75, Math.max(1, to - from), bottom - 1.5)
}

const mel = (hz: number): number => 2595 * Math.log10(1 + hz / 700)

function drawScales(
  context: CanvasRenderingContext2D,
  picture: SoundPicture,
  x: (seconds: number) => number,
  width: number,
): void {
  const { view, colours } = picture
  const spectrogram = placeOf(picture, 'spectrogram')
  context.fillStyle = colours.muted
  context.textAlign = 'right'
  context.textBaseline = 'middle'
  for (const khz of [0.5, 1, 2, 4]) {
    const y = spectrogram.top + spectrogram.height * (1 - mel(khz * 1000) / mel(8000))
    context.fillText(khz === 4 ? '4 kHz' : String(khz), SCALE_WIDTH - 6, y)
  }
  for (const hz of [100, 200, 400])
    context.fillText(hz === 200 ? '200 Hz' : `${hz}`, SCALE_WIDTH - 6, pitchY(picture, hz))
  context.strokeStyle = colours.line
  context.lineWidth = 1
  for (const hz of [100, 200, 400]) {
    context.beginPath()
    context.moveTo(SCALE_WIDTH, Math.round(pitchY(picture, hz)) + 0.5)
    context.lineTo(width, Math.round(pitchY(picture, hz)) + 0.5)
    context.stroke()
  }
  const step = tickSeconds(view, Math.max(2, Math.floor((width - SCALE_WIDTH) / 90)))
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9))
  const top = picture.lanes.axisTop
  context.textAlign = 'center'
  context.textBaseline = 'top'
  for (let tick = Math.ceil(view.from / step); tick * step <= view.to; tick++) {
    const at = x(tick * step)
    context.fillRect(Math.round(at), top, 1, 5)
    if (at > SCALE_WIDTH + 8 && at < width - 16) context.fillText(`${(tick * step).toFixed(digits)} s`, at, top + 7)
  }
}
