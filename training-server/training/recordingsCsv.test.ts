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
  const { examples, warnings } = await readRecordingsCsv(csv)
  expect(warnings).toEqual([`${csv} has no column participant: each of its 2 files counts as a person of its own.`])
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

const hashOf = async (site: string, voice: string) => {
  const csv = join(folder, 'sites.csv')
  await writeFile(
    csv,
    `file_path,class,participant,site,voice\na.wav,0,P1,${site},${voice}\n"b, c.wav",1,P2,ward,low\n`,
  )
  return (await readRecordingsCsv(csv)).contentHash
}

test('the hash follows what the columns say of a recording, too', async () => {
  const before = await hashOf('home', 'high')
  expect(await hashOf('home', 'high')).toBe(before)
  expect(await hashOf('ward', 'high')).not.toBe(before)
  expect(await hashOf('home', 'low')).not.toBe(before)
})

test('promise 6: people without a name are not one person, and one sound under two names is said', async () => {
  const csv = join(folder, 'people.csv')
  await writeFile(csv, 'file_path,class,participant\na.wav,0,P1\n"b, c.wav",1, \n')
  await expect(readRecordingsCsv(csv)).rejects.toThrow('row 3: participant is empty')
  await writeFile(join(folder, 'copy.wav'), 'a')
  await writeFile(csv, 'file_path,class,participant\na.wav,0,P1\ncopy.wav,0,P2\n"b, c.wav",1,P3\n')
  const { warnings } = await readRecordingsCsv(csv)
  expect(warnings).toEqual([
    expect.stringMatching(/^1 sounds stand under more than one participant, such as a\.wav and copy\.wav/),
  ])
})

test('another class than 0 or 1 is refused with its row', async () => {
  const csv = join(folder, 'wrong.csv')
  await writeFile(csv, 'file_path,class\na.wav,0\na.wav,ill\n')
  await expect(readRecordingsCsv(csv)).rejects.toThrow('row 3: class is "ill"')
})
