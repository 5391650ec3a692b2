import * as ort from 'onnxruntime-web/wasm'
import type { Inference } from '../inference.ts'
import { openNetwork, type Network } from '../network.ts'

/** The bedside's runtime in this very process: real arithmetic, only the worker around it is left out. */
export function wasmInference(): Inference {
  ort.env.wasm.numThreads = 1
  let network: Network | null = null
  return {
    async load(onnx, form) {
      network = await openNetwork(ort, onnx, form, 'wasm')
      return { threads: 1 }
    },
    async score(features, windows) {
      if (network === null) throw new TypeError('No network is loaded')
      return network.score(features, windows)
    },
    dispose() {
      network = null
    },
  }
}
