import { useKeys } from './useKeys.ts'
import type { Sound } from './useSound.ts'

/** The keys of the sound; where they work: useKeys.ts. */
export const SOUND_KEYS = {
  space: 'play',
  '← →': 'seek',
  'Shift ← →': 'seekFine',
  '+ −': 'zoom',
  '0': 'fit',
  '[ ]': 'selectHere',
  L: 'loop',
  Esc: 'unselect',
} as const

export function useSoundKeys(sound: Sound): void {
  const { position, selection, seek, select } = sound
  const edge = (which: 'from' | 'to') => () => {
    const other =
      which === 'from' ? (selection?.to ?? sound.analysis?.durationSeconds ?? position) : (selection?.from ?? 0)
    const [from, to] = which === 'from' ? [position, other] : [other, position]
    if (to > from) select({ from, to })
  }
  useKeys({
    Space: sound.toggle,
    ArrowLeft: () => seek(position - 1),
    ArrowRight: () => seek(position + 1),
    'Shift ArrowLeft': () => seek(position - 0.1),
    'Shift ArrowRight': () => seek(position + 0.1),
    '+': () => sound.zoomBy(0.5),
    '=': () => sound.zoomBy(0.5),
    '-': () => sound.zoomBy(2),
    '0': sound.fit,
    '[': edge('from'),
    ']': edge('to'),
    L: () => sound.setLooping(!sound.looping),
    Escape: () => select(null),
  })
}
