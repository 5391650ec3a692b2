import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encodeWav } from '@spira/shared/signal/wav.ts'

/** Each verb is a process of its own, on a machine that may be busy. */
const PATIENT = { timeout: 240_000 }

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spira-verbs-'))
  await mkdir(join(folder, 'audio'))
  const rows = await Promise.all(
    Array.from({ length: 6 }, async (_, index) => {
      const label = index % 2
      const tone = Int16Array.from({ length: 48_000 }, (__, at) => 9000 * Math.sin(at * (0.05 + 0.04 * label) + index))
      await writeFile(join(folder, 'audio', `${index}.wav`), encodeWav(tone, 16_000))
      return `audio/${index}.wav,${label}`
    }),
  )
  await writeFile(join(folder, 'list.csv'), ['file_path,class', ...rows].join('\n'))
  await writeFile(join(folder, 'experiment.json'), JSON.stringify({ batchSize: 2, dropout: 0.1 }))
  const twoLogits = {
    network: 'compact-batch-norm',
    loss: 'softmax-cross-entropy',
    classWeights: 'balanced',
    batchSize: 2,
  }
  await writeFile(join(folder, 'two-logits.json'), JSON.stringify(twoLogits))
})
afterAll(() => rm(folder, { recursive: true }))

const spira = async (...args: string[]) => {
  const program = join(import.meta.dirname, '../spira.ts')
  return promisify(execFile)(process.execPath, [program, ...args], { cwd: folder, maxBuffer: 64 * 1024 * 1024 })
}

const table = (stdout: string) => stdout.split('\n').filter((line) => line.startsWith('|'))

describe("from the predecessor's CSV to a score, by the command line", () => {
  test('train with batch normalisation and a softmax of two classes, then predict and evaluate', PATIENT, async () => {
    const trained = await spira(
      'train',
      'two-logits.json',
      '--csv',
      'list.csv',
      '--out',
      'model',
      '--epochs',
      '1',
      '--simulated',
    )
    expect(trained.stdout).toMatch(/epoch 1 {2}train loss \d/)
    expect(trained.stdout).toContain('simulated-not-for-clinical-use')

    const predicted = await spira('predict', 'model', 'audio/0.wav')
    expect(predicted.stdout).toMatch(/probability {2}0\.\d{3}/)
    expect(predicted.stdout).toContain('version none yet')
    expect(predicted.stdout).toContain('not a diagnosis')
    const { probability, threshold, modelSha256 } = JSON.parse(
      (await spira('predict', 'model', 'audio/0.wav', '--json')).stdout,
    ) as Record<string, unknown>
    expect(probability).toBeTypeOf('number')
    expect(threshold).toBeTypeOf('number')
    expect(modelSha256).toMatch(/^[0-9a-f]{64}$/)

    expect(trained.stderr).toContain('list.csv has no column participant: each of its 6 files')
    expect(await readFile(join(folder, 'model', 'report.html'), 'utf8')).toContain('Confusion')

    const evaluated = await spira('evaluate', 'model', '--csv', 'list.csv', '--snr', '5')
    expect(evaluated.stderr).toContain('4 participants are left out: the model was trained or tuned on them.')
    expect(evaluated.stdout).toContain('2 recordings of 2 participants, 1 of class 1')
    for (const part of ['rocAuc', 'are present', 'ward-noise-swap', 'wrong side'])
      expect(evaluated.stdout).toContain(part)
  })

  test("a model file that is not the manifest's is refused", PATIENT, async () => {
    await writeFile(join(folder, 'model', 'model.onnx'), 'another')
    await expect(spira('predict', 'model', 'audio/0.wav')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('SHA-256 differs'),
    })
  })

  test('features prints one line a window', PATIENT, async () => {
    await writeFile(join(folder, 'short.json'), JSON.stringify({ network: 'spira-conv-v2', windows: { seconds: 2 } }))
    const { stdout } = await spira('features', 'audio/0.wav', '--experiment', 'short.json')
    expect(stdout).toMatch(/^mfcc, 201 frames x 40 bins a window of 2 s/)
    expect(stdout.match(/^window /gm)).toHaveLength(2)
  })

  test('a missing option shows the help, exit code 2', PATIENT, async () => {
    await expect(spira('train', '--csv', 'list.csv')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--out'),
    })
  })

  test('crossvalidate holds each part out once, and what is finished is not done again', PATIENT, async () => {
    const args = ['crossvalidate', 'experiment.json', '--csv', 'list.csv', '--out', 'folds', '--epochs', '1']
    const first = await spira(...args, '--folds', '3')
    expect(first.stdout.match(/epoch 1/g)).toHaveLength(3)
    expect(first.stdout).toContain('| clean |')
    expect(first.stdout).toContain('| channel alone |')
    // Tones without a pause have no quiet that could be the other class's noise: nothing is claimed of noise.
    expect(first.stdout).not.toContain('noise in')
    const again = await spira(...args, '--folds', '3')
    expect(again.stdout).not.toContain('epoch')
    expect(table(again.stdout)).toEqual(table(first.stdout))
  })
})
