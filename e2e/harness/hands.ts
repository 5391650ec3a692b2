import { expect, type Page } from '@playwright/test'

/** The longest page has fewer places to stop at. */
const MOST_TABS = 120

/** Two hands on a keyboard, and nothing else: every key is counted. */
export class Hands {
  keys = 0
  /** Of them those that typed a value. */
  typed = 0
  readonly #page: Page

  constructor(page: Page) {
    this.#page = page
  }

  async press(key: string, times = 1): Promise<void> {
    for (let time = 0; time < times; time++) {
      await this.#page.keyboard.press(key)
      this.keys += 1
    }
  }

  async type(text: string): Promise<void> {
    await this.#page.keyboard.type(text)
    this.keys += text.length
    this.typed += text.length
  }

  /** Tab until the element has the focus, as a person looks for it. */
  async tabTo(testId: string): Promise<void> {
    await expect(this.#page.getByTestId(testId).first()).toBeVisible({ timeout: 60_000 })
    for (let step = 0; step < MOST_TABS; step++) {
      if (await this.#isOn(testId)) return
      await this.press('Tab')
    }
    throw new Error(`no way by Tab to ${testId}`)
  }

  /** A button or a link. */
  async activate(testId: string): Promise<void> {
    await this.tabTo(testId)
    await this.press('Enter')
  }

  /** A checkbox or a switch. */
  async tick(testId: string): Promise<void> {
    await this.tabTo(testId)
    await this.press('Space')
  }

  /** Types over what is there. */
  async fill(testId: string, text: string): Promise<void> {
    await this.tabTo(testId)
    await this.press('ControlOrMeta+a')
    if (text === '') await this.press('Delete')
    else await this.type(text)
  }

  /** In a group of radio buttons only one is reached by Tab: the arrows do the rest. */
  async choose(testId: string): Promise<void> {
    // `sex-female` is of the group `sex`, `field-covid-no` of `field-covid`.
    const group = /^(field-)?[^-]+/.exec(testId)?.[0] ?? testId
    for (let step = 0; step < MOST_TABS && !(await this.#isIn(group)); step++) await this.press('Tab')
    if (await this.#isOn(testId)) return this.press('Space')
    for (let step = 0; step < 12; step++) {
      await this.press('ArrowDown')
      if (await this.#isOn(testId)) return
    }
    throw new Error(`no way by arrows to ${testId}`)
  }

  /** The name of what has the focus, for a failed test to say. */
  async focused(): Promise<string | null> {
    return this.#page.evaluate(() => document.activeElement?.getAttribute('data-testid') ?? null)
  }

  /** It has the focus itself, or it is what a link or a button consists of. */
  async #isOn(testId: string): Promise<boolean> {
    return this.#page.evaluate((id) => {
      const active = document.activeElement
      return (
        active?.getAttribute('data-testid') === id ||
        (active?.matches('a, button') === true && active.querySelector(`[data-testid="${id}"]`) !== null)
      )
    }, testId)
  }

  async #isIn(group: string): Promise<boolean> {
    return (await this.focused())?.startsWith(`${group}-`) === true
  }
}
