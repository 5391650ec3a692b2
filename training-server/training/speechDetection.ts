import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { sha256Hex } from '@spira/shared/protocol/bytes.ts'
import { openSileroVad, SILERO_VAD, type SileroVad } from '@spira/shared/signal/speech/sileroVad.ts'

/** The network's file as its package brings it. @throws when it is another one: then speech would be found elsewhere than at the bedside. */
export async function readSileroVad(): Promise<Uint8Array<ArrayBuffer>> {
  const path = createRequire(import.meta.url).resolve('@ricky0123/vad-web/dist/silero_vad_v5.onnx')
  const onnx = Uint8Array.from(await readFile(path))
  if ((await sha256Hex(onnx)) !== SILERO_VAD.sha256)
    throw new Error(`${path} is not the ${SILERO_VAD.name} this version knows. Run npm ci.`)
  return onnx
}

/** The speech detector on onnxruntime-node, on one thread. */
export const openSpeechDetection = async (): Promise<SileroVad> =>
  openSileroVad({ InferenceSession, Tensor }, await readSileroVad(), 'cpu')
