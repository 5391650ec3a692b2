import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { readAhead } from './readAhead.ts'

test('what is opened comes in its order, whoever was ready first, and not more than a few are begun', async () => {
  let [begun, taken, most] = [0, 0, 0]
  const open = async (item: number): Promise<number> => {
    begun += 1
    most = Math.max(most, begun - taken)
    await sleep(item % 3)
    return item
  }
  const numbers = Array.from({ length: 40 }, (_, index) => index)
  const seen: number[] = []
  for await (const item of readAhead(numbers, open)) {
    taken += 1
    seen.push(item)
  }
  expect(seen).toEqual(numbers)
  expect(most).toBe(9)
})

test('what fails is told at its turn, those before it having come; nothing runs on', async () => {
  let running = 0
  const open = async (item: number): Promise<number> => {
    running += 1
    await sleep(item)
    running -= 1
    if (item >= 3) throw new Error(`no ${item}`)
    return item
  }
  const seen: number[] = []
  const all = async (): Promise<void> => {
    for await (const item of readAhead([0, 1, 2, 3, 4, 5, 6], open)) seen.push(item)
  }
  await expect(all()).rejects.toThrow('no 3')
  expect([seen, running]).toEqual([[0, 1, 2], 0])
})
