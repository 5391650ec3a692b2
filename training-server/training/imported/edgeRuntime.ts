import * as web from 'onnxruntime-web'
import type { Golden } from '@spira/shared/model/manifest.ts'
import { runSelfTest, type SelfTestResult, type TestedModel } from '@spira/shared/model/selfTest.ts'

/**
 * The self-test of a device, in the bedside's own runtime: onnxruntime-web's WebAssembly, here inside Node, on one thread.
 *
 * @returns what failed as `problem`, also when the runtime cannot run the file at all.
 */
export async function selfTestInEdgeRuntime(
  onnx: Uint8Array,
  manifest: TestedModel,
  golden: Golden,
): Promise<Pick<SelfTestResult, 'problem'>> {
  web.env.wasm.numThreads = 1
  let session: web.InferenceSession | null = null
  try {
    const opened = await web.InferenceSession.create(onnx, { executionProviders: ['wasm'] })
    session = opened
    const { input, output } = manifest
    return await runSelfTest(manifest, golden, async (features, windows) => {
      const tensor = new web.Tensor('float32', features, [windows, input.frames, input.bins])
      const data = (await opened.run({ [input.name]: tensor }))[output.name]?.data
      if (!(data instanceof Float32Array)) throw new TypeError(`the network has no float32 output "${output.name}"`)
      return data
    })
  } catch (error) {
    return {
      problem: `the bedside's runtime does not run it: ${error instanceof Error ? error.message : String(error)}`,
    }
  } finally {
    await session?.release()
  }
}
