import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { agrees, compareWithReference } from './agreement.ts'

/** Numbers of PyTorch on a short, narrow input; make.py beside them made them. */
const torch = join(import.meta.dirname, 'fixtures/torch')

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spira-agree-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('agreement with PyTorch', () => {
  test('logits, gradients, five Adam+Noam steps and the weights after them', async () => {
    const rows = await compareWithReference(torch)
    expect(rows.map(({ what }) => what)).toEqual([
      'logits [6]',
      'gradients [8413]',
      'losses of 5 Adam+Noam steps',
      'weights after them [8413]',
    ])
    for (const row of rows) expect(row).toSatisfy(agrees)
  })

  test.each([
    ['net.logits.f32', 'logits'],
    ['net.gradients.f32', 'gradients'],
    ['net.weights_after_5.f32', 'weights after them'],
  ])('a wrong number in %s is seen', async (file, what) => {
    const copy = join(folder, file)
    await cp(torch, copy, { recursive: true })
    const bytes = await readFile(join(copy, file))
    bytes.writeFloatLE(bytes.readFloatLE(0) + 0.1, 0)
    await writeFile(join(copy, file), bytes)
    const disagreeing = (await compareWithReference(copy)).filter((row) => !agrees(row))
    expect(disagreeing.map((row) => row.what.startsWith(what))).toEqual([true])
  })
})
