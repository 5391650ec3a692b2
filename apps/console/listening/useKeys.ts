import { useEffect, useEffectEvent } from 'react'

/** What a key does: `A`, `+`, `Space`, `ArrowLeft`, `Shift ArrowLeft`; letters in either case. */
export type Keys = Readonly<Record<string, () => void>>

/**
 * Keys that work wherever the focus is. A control that has the focus keeps the keys that are its own: all of them where text is typed or
 * a list is open, the arrows in a slider and among radios and tabs, Space and Enter on what they press. A dialog keeps all.
 */
export function useKeys(keys: Keys): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return
    const key = event.key === ' ' ? 'Space' : event.key.length === 1 ? event.key.toUpperCase() : event.key
    // Shift is part of what is typed (+ is Shift = on many keyboards), and only says more about the arrows.
    const act = keys[event.shiftKey && key.startsWith('Arrow') ? `Shift ${key}` : key]
    if (act === undefined || belongsToFocus(event.target, key)) return
    event.preventDefault()
    act()
  })
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => press(event)
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [])
}

const isArrow = (key: string): boolean => key.startsWith('Arrow')
const presses = (key: string): boolean => key === 'Space' || key === 'Enter'

function belongsToFocus(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (
    target.isContentEditable ||
    target.closest('[role=dialog], [role=menu], [role=listbox], textarea, select') !== null
  )
    return true
  if (target instanceof HTMLInputElement) {
    if (target.type === 'range') return isArrow(key)
    if (target.type === 'radio') return isArrow(key) || presses(key)
    return target.type === 'checkbox' ? presses(key) : true
  }
  if (target.closest('[role=tab], [role=slider]') !== null && isArrow(key)) return true
  return presses(key) && target.closest('button, a, summary, [role=button], [role=tab]') !== null
}
