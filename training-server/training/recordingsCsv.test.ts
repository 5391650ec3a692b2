import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseCsv, readRecordingsCsv } from './recordingsCsv.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spira-csv-'))
  await writeFile(join(folder, 'a.wav'), 'a')
  await writeFile(join(folder, 'b, c.wav'), 'b')
})
afterAll(() => rm(folder, { recursive: true }))

test('quotes, commas, doubled quotes, CRLF and a missing last line end', () => {
  expect(parseCsv('a,b\r\n"x, y","say ""hi"""\r\n\r\n,z')).toEqual([
    ['a', 'b'],
    ['x, y', 'say "hi"'],
    ['', 'z'],
  ])
})

test("the predecessor's two columns are enough: each file is a person of its own", async () => {
  const csv = join(folder, 'two.csv')
  await writeFile(csv, 'file_path,class\na.wav,0\n"b, c.wav",1\n')
  const { examples } = await readRecordingsCsv(csv)
  expect(examples.map(({ participantId, label }) => [participantId, label])).toEqual([
    ['a.wav', 0],
    ['b, c.wav', 1],
  ])
})

test('the hash follows the audio, not the order of the rows', async () => {
  const [one, other] = [join(folder, 'one.csv'), join(folder, 'other.csv')]
  await writeFile(one, 'file_path,class,participant\na.wav,0,P1\n"b, c.wav",1,P2\n')
  await writeFile(other, 'participant,class,file_path\nP2,1,"b, c.wav"\nP1,0,a.wav\n')
  expect((await readRecordingsCsv(one)).contentHash).toBe((await readRecordingsCsv(other)).contentHash)
})

test('another class than 0 or 1 is refused with its row', async () => {
  const csv = join(folder, 'wrong.csv')
  await writeFile(csv, 'file_path,class\na.wav,0\na.wav,ill\n')
  await expect(readRecordingsCsv(csv)).rejects.toThrow('row 3: class is "ill"')
})
