const INTERACTIVE = 'button, a, input, select, textarea, summary, [role="dialog"]'
/** What a finger touches and leaves. Text that is typed keeps the focus. */
const TOUCHED = 'button, a, select, summary, input[type="range"]'
const HEADING = 'h1[tabindex="-1"]'

const touched = (target: EventTarget | null): Element | null =>
  target instanceof Element && target.closest('[role="dialog"]') === null ? target.closest(TOUCHED) : null

/**
 * Calls `press` for space or enter, as a foot pedal sends them. Whoever goes by keyboard keeps what these keys mean to the control that
 * has the focus. Whoever touched a control or clicked it does not know that it has the focus: it is given back to the heading, and the
 * pedal works again.
 *
 * @returns ends it.
 */
export function listenToPedal(press: () => void): () => void {
  const ending = new AbortController()
  const { signal } = ending
  let byPointer = false

  /** Unless something else took the focus: a dialog that opened, another view. */
  function giveBack(control: Element): void {
    setTimeout(() => {
      if (!signal.aborted && document.activeElement === control)
        document.querySelector<HTMLElement>(HEADING)?.focus({ preventScroll: true })
    })
  }

  window.addEventListener('pointerdown', () => (byPointer = true), { capture: true, signal })
  window.addEventListener(
    'keydown',
    (event) => {
      byPointer = false
      if (event.repeat || (event.key !== ' ' && event.key !== 'Enter')) return
      if (event.target instanceof Element && event.target.closest(INTERACTIVE) !== null) return
      event.preventDefault()
      press()
    },
    { signal },
  )
  // A list is left once something was chosen in it: a click only opens it.
  window.addEventListener(
    'click',
    ({ target }) => {
      const control = touched(target)
      if (byPointer && control !== null && !(control instanceof HTMLSelectElement)) giveBack(control)
    },
    { signal },
  )
  window.addEventListener(
    'change',
    ({ target }) => {
      const control = touched(target)
      if (byPointer && control !== null) giveBack(control)
    },
    { signal },
  )
  // A dialog that is closed by a touch gives the focus to the button that opened it.
  window.addEventListener(
    'focusin',
    ({ target, relatedTarget }) => {
      const control = touched(target)
      const fromDialog = !(relatedTarget instanceof Element) || relatedTarget.closest('[role="dialog"]') !== null
      if (byPointer && control instanceof HTMLButtonElement && fromDialog && !control.matches(':active'))
        giveBack(control)
    },
    { signal },
  )
  return () => ending.abort()
}
