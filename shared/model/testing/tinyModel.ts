import { createHash } from 'node:crypto'
import { create, toBinary } from '@bufbuild/protobuf'
import {
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  TensorProtoSchema,
  TensorProto_DataType as DataType,
  TensorShapeProtoSchema,
  TensorShapeProto_DimensionSchema,
  TypeProtoSchema,
  TypeProto_TensorSchema,
  ValueInfoProtoSchema,
} from 'onnx-buf'
import { newId } from '../../protocol/ids.ts'
import { featureSpecHash, LOG_MEL_64 } from '../../signal/featureSpec.ts'
import { createFeatureExtractor } from '../../signal/features.ts'
import { pcm16ToFloat } from '../../signal/wav.ts'
import { cutWindow, windowSamples, windowStarts } from '../../signal/windows.ts'
import type { Golden, ModelManifest } from '../manifest.ts'

/** A real, very small model for tests: logit = weight x mean of the window's features + bias, as an ONNX file. */
export interface TinyModel {
  readonly manifest: ModelManifest
  readonly onnx: Buffer
  readonly golden: Buffer
}

const window = { seconds: 1, hopSeconds: 0.5 }
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const fileOf = (bytes: Uint8Array) => ({ sha256: sha256(bytes), byteLength: bytes.length })

export async function tinyModel(
  options: {
    readonly version?: number
    readonly modelId?: string
    readonly runId?: string
    readonly datasetVersionId?: string | null
    /** Added to the golden logits: a model that does not compute what its golden vectors say. */
    readonly goldenLogitError?: number
  } = {},
): Promise<TinyModel> {
  const weight = 0.25
  const bias = 1.5
  const extractor = createFeatureExtractor(LOG_MEL_64)
  const { length } = windowSamples(window)
  const frames = extractor.frameCount(length)
  const { bins } = extractor

  // A buzzing, trembling tone: two and a half windows long.
  const pcm = Int16Array.from({ length: 36_000 }, (_, at) =>
    Math.round(9000 * Math.sin(at / 9) * (1 + 0.3 * Math.sin(at / 700)) + 900 * Math.sin(at * 1.7)),
  )
  const samples = pcm16ToFloat(pcm)
  const features = windowStarts(samples.length, window).map((start) =>
    extractor.extract(cutWindow(samples, start, length)),
  )
  const logits = features.map(
    (values) =>
      weight * (values.reduce((sum, value) => sum + value, 0) / values.length) + bias + (options.goldenLogitError ?? 0),
  )
  const [first = new Float32Array()] = features
  const golden = Buffer.from(
    JSON.stringify({
      schema: 1,
      pcm16: Buffer.from(pcm.buffer).toString('base64'),
      features: Buffer.from(first.buffer, first.byteOffset, first.byteLength).toString('base64'),
      logits,
      tolerance: { features: 1e-3, logits: 1e-3 },
    } satisfies Golden),
  )
  const onnx = meanOnnx(frames, bins, weight, bias)
  const manifest: ModelManifest = {
    schema: 1,
    modelId: options.modelId ?? newId(),
    version: options.version ?? 1,
    network: 'mean-of-features',
    features: LOG_MEL_64,
    featureSpecHash: await featureSpecHash(LOG_MEL_64),
    window,
    input: { name: 'features', frames, bins },
    output: { name: 'logits' },
    opset: 20,
    onnx: fileOf(onnx),
    golden: fileOf(golden),
    temperature: 1,
    threshold: 0.5,
    uncertain: { from: 0.45, to: 0.55 },
    trainedOn: {
      datasetVersionId: options.datasetVersionId ?? null,
      datasetHash: sha256(Buffer.from('none')),
      participants: 0,
      recordings: 0,
      simulated: true,
    },
    training: {
      runId: options.runId ?? newId(),
      seed: 1,
      configurationHash: sha256(Buffer.from('none')),
      codeVersion: 'test',
      machine: 'test',
    },
    metrics: {
      ...Object.fromEntries(
        ['rocAuc', 'sensitivity', 'specificity', 'f1', 'brier'].map((name) => [
          name,
          { value: 0.8, low: 0.7, high: 0.9 },
        ]),
      ),
      permutationP: { value: 0.001, low: 0.001, high: 0.001 },
      roomToneAuc: { value: 0.5, low: 0.4, high: 0.6 },
      voiceInRoomAuc: { value: 0.5, low: 0.4, high: 0.6 },
    },
    intendedUse: 'simulated-not-for-clinical-use',
    createdAt: '2026-11-23T08:00:00.000Z',
  }
  return { manifest, onnx, golden }
}

const scalar = (name: string, value: number) =>
  create(TensorProtoSchema, {
    name,
    dataType: DataType.FLOAT,
    rawData: new Uint8Array(Float32Array.of(value).buffer),
  })

function meanOnnx(frames: number, bins: number, weight: number, bias: number): Buffer {
  const axes = create(TensorProtoSchema, {
    name: 'axes',
    dataType: DataType.INT64,
    dims: [2n],
    rawData: new Uint8Array(BigInt64Array.of(1n, 2n).buffer),
  })
  const keepdims = create(AttributeProtoSchema, { name: 'keepdims', type: AttributeType.INT, i: 0n })
  const node = (opType: string, input: string[], output: string) =>
    create(NodeProtoSchema, {
      name: output,
      opType,
      input,
      output: [output],
      attribute: opType === 'ReduceMean' ? [keepdims] : [],
    })
  const graph = create(GraphProtoSchema, {
    name: 'mean-of-features',
    initializer: [axes, scalar('weight', weight), scalar('bias', bias)],
    input: [floats('features', ['batch', frames, bins])],
    output: [floats('logits', ['batch'])],
    node: [
      node('ReduceMean', ['features', 'axes'], 'mean'),
      node('Mul', ['mean', 'weight'], 'scaled'),
      node('Add', ['scaled', 'bias'], 'logits'),
    ],
  })
  const opsetImport = [create(OperatorSetIdProtoSchema, { domain: '', version: 20n })]
  return Buffer.from(toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion: 9n, opsetImport, graph })))
}

function floats(name: string, shape: readonly (number | string)[]) {
  const dim = shape.map((size) =>
    create(TensorShapeProto_DimensionSchema, {
      value: typeof size === 'number' ? { case: 'dimValue', value: BigInt(size) } : { case: 'dimParam', value: size },
    }),
  )
  const tensorType = create(TypeProto_TensorSchema, {
    elemType: DataType.FLOAT,
    shape: create(TensorShapeProtoSchema, { dim }),
  })
  return create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, { value: { case: 'tensorType', value: tensorType } }),
  })
}
