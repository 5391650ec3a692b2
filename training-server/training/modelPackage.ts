import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256Hex, toBase64, utf8 } from '@spira/shared/protocol/bytes.ts'
import { goldenSchema, type Golden } from '@spira/shared/model/manifest.ts'
import { pcm16ToFloat } from '@spira/shared/signal/wav.ts'
import { writeFileAtomically } from './atomicFile.ts'
import { goldenSound } from './goldenSound.ts'
import type { NetworkInput } from './networkInput.ts'
import { OUR_NAMES, Scorer, type TensorNames } from './scorer.ts'
import { WindowFeatures } from './windowFeatures.ts'

/** Differences that float32 and another processor explain; past them something else is computed. */
const TOLERANCE = { features: 1e-3, logits: 1e-3 }

/** Features and logits of the golden sound, through the very bytes that are shipped, in onnxruntime-node. */
export async function goldenVectors(
  onnx: Uint8Array,
  input: Pick<NetworkInput, 'features' | 'window'>,
  names: TensorNames = OUR_NAMES,
): Promise<Golden> {
  const pcm16 = goldenSound()
  const windowFeatures = new WindowFeatures(input)
  const windows = windowFeatures.of(pcm16ToFloat(pcm16))
  const [first] = windows
  if (first === undefined) throw new RangeError('The golden sound gave no window.')
  const scorer = await Scorer.create(onnx, { shape: windowFeatures.shape, threads: 1, names })
  const logits: number[] = []
  for (const window of windows) logits.push(...(await scorer.logits(window, 1)))
  return goldenSchema.parse({
    schema: 1,
    pcm16: toBase64(littleEndian(pcm16)),
    features: toBase64(littleEndian(first)),
    logits,
    tolerance: TOLERANCE,
  } satisfies Golden)
}

/** Bytes of a typed array in little-endian order, which every processor Node runs these on has. */
const littleEndian = (values: Int16Array | Float32Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength)

/** A file that was just written, as a manifest names it. */
export interface StoredFile {
  readonly path: string
  readonly sha256: string
  readonly byteLength: number
}

/** Writes a file of a model into `folder`, whole or not at all. */
export async function storeFile(
  folder: string,
  name: string,
  content: Uint8Array<ArrayBuffer> | string,
): Promise<StoredFile> {
  const bytes = typeof content === 'string' ? utf8(content) : content
  const path = join(folder, name)
  await writeFileAtomically(path, bytes)
  return { path, sha256: await sha256Hex(bytes), byteLength: (await stat(path)).size }
}
