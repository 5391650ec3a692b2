import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fromBinary, toBinary } from '@bufbuild/protobuf'
import { ModelProtoSchema, TensorProto_DataLocation } from 'onnx-buf'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { goldenSchema } from '@spira/shared/model/manifest.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import { LOG_MEL_64, SPIRA_MFCC } from '@spira/shared/signal/featureSpec.ts'
import { encodeWav } from '@spira/shared/signal/wav.ts'
import { GraphBuilder } from '../graph/graphBuilder.ts'
import { goldenVectors } from '../modelPackage.ts'
import { RandomStream } from '../randomStream.ts'
import type { TrainingExample } from '../trainingRequest.ts'
import { authorManifestSchema } from './authorManifest.ts'
import { importModel, type ImportRequest } from './importModel.ts'
import { checkOnnx } from './onnxChecks.ts'

const [FRAMES, BINS] = [201, 64]
const NAMES = { input: 'mel', output: 'score' }

/** Somebody else's network: 0.3 times the mean log-mel, plus 1.5. */
function theirs(weight = 0.3, frames: number | string = FRAMES): Uint8Array<ArrayBuffer> {
  const graph = new GraphBuilder()
  const mel = graph.input(NAMES.input, ['batch', frames, BINS])
  const mean = graph.op('ReduceMean', [mel, graph.ints(1, 2)], { keepdims: 0 })
  graph.output(NAMES.output, graph.add(graph.mul(mean, graph.float(weight)), graph.float(1.5)), ['batch'])
  return graph.toOnnx()
}

const author = authorManifestSchema.parse({
  schema: 1,
  network: 'loudness',
  features: LOG_MEL_64,
  window: { seconds: 4, hopSeconds: 1 },
  input: { name: NAMES.input },
  output: { name: NAMES.output },
  trainedOn: { participants: 12, recordings: 20, simulated: true, participantIds: ['p0', 'p1'] },
})

let folder: string
let examples: TrainingExample[]
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spira-import-'))
  // The present are louder: this network tells them apart.
  examples = await Promise.all(
    Array.from({ length: 14 }, async (_, at): Promise<TrainingExample> => {
      const label = at % 2 === 0 ? 0 : 1
      const wavPath = join(folder, `${at}.wav`)
      const loudness = label === 1 ? 8000 + 300 * at : 900 + 30 * at
      const noise = new RandomStream(at, 'person').uniform(64_000, -loudness, loudness)
      await writeFile(wavPath, encodeWav(Int16Array.from(noise), 16_000))
      return { recordingId: `r${at}`, participantId: `p${at}`, siteId: 's', label, wavPath }
    }),
  )
})
afterAll(() => rm(folder, { recursive: true }))

const requestOf = (changed: Partial<ImportRequest> = {}): ImportRequest => ({
  runId: newId(),
  modelId: newId(),
  workFolder: join(folder, 'out'),
  dataset: { id: null, contentHash: 'a'.repeat(64), simulated: false },
  examples,
  experiment: {},
  onnx: theirs(),
  author,
  golden: null,
  ...changed,
})

const read = async (name: string): Promise<unknown> => JSON.parse(await readFile(join(folder, 'out', name), 'utf8'))

describe('a model trained elsewhere', () => {
  test(
    'is evaluated on whom it has not learned from, and has a folder as ours have',
    { timeout: 240_000 },
    async () => {
      const { manifest } = await importModel(requestOf({ golden: await goldenVectors(theirs(), author, NAMES) }))
      expect(manifest).toMatchObject({
        network: 'loudness',
        input: { name: 'mel', frames: FRAMES, bins: BINS },
        output: { name: 'score' },
        opset: 20,
        // One of both is simulated: that is said with every score.
        intendedUse: 'simulated-not-for-clinical-use',
        trainedOn: { participants: 12, simulated: true },
        metrics: { rocAuc: { value: 1 } },
      })
      expect(manifest.training.machine).toContain('trained elsewhere')
      const { participants } = (await read('run.json')) as { participants: Record<string, string[]> }
      expect(participants['train']).toEqual(['p0', 'p1'])
      const judged = [...(participants['validation'] ?? []), ...(participants['test'] ?? [])]
      expect(new Set(judged).size).toBe(12)
      expect(judged).not.toContain('p0')
      expect(goldenSchema.parse(await read('golden.json')).logits).toHaveLength(3)
    },
  )

  test("promise 4: its author's golden vectors must be what we compute", { timeout: 240_000 }, async () => {
    const golden = await goldenVectors(theirs(), author, NAMES)
    const off = { ...golden, logits: golden.logits.map((logit) => logit + 0.01) }
    await expect(importModel(requestOf({ golden: off, workFolder: join(folder, 'off') }))).rejects.toThrow(
      /author's golden vectors.*logits/,
    )
    await expect(access(join(folder, 'off'))).rejects.toThrow()
  })

  test('a network that gives no numbers is refused, and nothing is kept', { timeout: 240_000 }, async () => {
    await expect(importModel(requestOf({ onnx: theirs(Number.NaN), workFolder: join(folder, 'nan') }))).rejects.toThrow(
      'of a voice it gives no number. Nothing was kept.',
    )
    await expect(access(join(folder, 'nan'))).rejects.toThrow()
  })
})

describe('what is checked before anything is run', () => {
  const expected = { inputName: 'mel', outputName: 'score', frames: FRAMES, bins: BINS }
  const problems = (onnx: Uint8Array, changed: Partial<typeof expected> = {}) =>
    checkOnnx(onnx, { ...expected, ...changed }).problems.join('; ')

  test('a file that fits has no problem', () => {
    expect(checkOnnx(theirs(), expected)).toEqual({ problems: [], opset: 20 })
  })

  test.each([
    ['names of the input', () => problems(theirs(), { inputName: 'x' }), 'its inputs are mel; it must have one, "x"'],
    ['names of the output', () => problems(theirs(), { outputName: 'y' }), 'its outputs are score; "y"'],
    ['shape of the input', () => problems(theirs(), { frames: 401 }), '[any, 201, 64]'],
    ['a length that is not fixed', () => problems(theirs(0.3, 'time')), '[any, any, 64]'],
    ['bytes that are no ONNX file', () => problems(new TextEncoder().encode('nonsense')), 'no ONNX file'],
    ['a file larger than a device takes', () => problems(new Uint8Array(33 * 1024 * 1024)), 'bytes; a device takes'],
  ])('%s', (_, found, sentence) => {
    expect(found()).toContain(sentence)
  })

  test("operators that are not ONNX's, another operator set, weights in another file", () => {
    const model = fromBinary(ModelProtoSchema, theirs())
    const [opset] = model.opsetImport
    const [node] = model.graph?.node ?? []
    const [weight] = model.graph?.initializer ?? []
    if (opset === undefined || node === undefined || weight === undefined) throw new Error('The graph is empty.')
    opset.version = 9n
    node.domain = 'com.microsoft'
    weight.dataLocation = TensorProto_DataLocation.EXTERNAL
    const found = problems(toBinary(ModelProtoSchema, model))
    expect(found).toContain('its operator set is 9')
    expect(found).toContain('operators of com.microsoft')
    expect(found).toContain('its weights lie in another file')
  })

  test('other features than it was made for are another shape', async () => {
    const other = { ...author, features: SPIRA_MFCC }
    await expect(importModel(requestOf({ author: other }))).rejects.toThrow('[any, 401, 40]')
  })
})
