import { createInference, createWebgpuInference } from '../../../renderer/models/inference.ts'
import { tryProviders, type ProviderTrial } from '../../../renderer/models/inferenceProvider.ts'
import { hasGraphicsAdapter } from '../../../renderer/models/graphicsAdapter.ts'
import type { NetworkForm } from '../../../renderer/models/network.ts'

export interface Question {
  /** The file is at /models/NAME.onnx. */
  readonly name: string
  readonly form: NetworkForm
  /** [windows][frames][bins]. */
  readonly features: readonly number[]
  readonly windows: number
}

export interface AdapterView {
  /** 'software': computed by the processor. */
  readonly kind: 'none' | 'software' | 'hardware'
  /** As much as the browser tells of it. */
  readonly description: string
}

/** Inference as the bedside app runs it, without its views: driven by parity.spec.ts. */
export interface InferencePage {
  wasm(question: Question): Promise<{ readonly threads: number; readonly logits: number[] }>
  adapter(): Promise<AdapterView>
  /** The app's decision, as if the adapter were one that counts. */
  trial(question: Question): Promise<ProviderTrial>
}

/** Of WebGPU's GPUAdapterInfo, https://www.w3.org/TR/webgpu/#gpuadapterinfo; the last is Chromium's own. */
type AdapterInfo = Readonly<Record<'vendor' | 'architecture' | 'description', string>> & { readonly driver?: string }

const onnxOf = async (name: string): Promise<ArrayBuffer> => (await fetch(`/models/${name}.onnx`)).arrayBuffer()

const page: InferencePage = {
  async wasm({ name, form, features, windows }) {
    const inference = createInference()
    const { threads } = await inference.load(await onnxOf(name), form)
    const logits = await inference.score(Float32Array.from(features), windows)
    inference.dispose()
    return { threads, logits: [...logits] }
  },
  async adapter() {
    const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<{ readonly info: AdapterInfo } | null> } }
    const adapter = (await gpu?.requestAdapter()) ?? null
    if (adapter === null) return { kind: 'none', description: '' }
    const { vendor, architecture, description, driver = '' } = adapter.info
    return {
      kind: (await hasGraphicsAdapter()) ? 'hardware' : 'software',
      description: [vendor, architecture, description, driver].filter((part) => part !== '').join(' / '),
    }
  },
  async trial({ name, form, features, windows }) {
    const [wasm, webgpu, onnx] = [createInference(), createWebgpuInference(), await onnxOf(name)]
    await wasm.load(onnx, form)
    const onWebgpu = async () => {
      await webgpu.load(onnx, form)
      return webgpu.score
    }
    const golden = { features: Float32Array.from(features), windows }
    const trial = await tryProviders(wasm.score, onWebgpu, () => golden)
    wasm.dispose()
    webgpu.dispose()
    return trial
  },
}
Object.assign(globalThis, { inference: page })
