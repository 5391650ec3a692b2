import { Tensor } from 'onnxruntime-node'
import { inputName, type FusedKernel, type LoadedKernel } from './fusedKernel.ts'

/** What the graph's inputs of a kernel are fed: windows on the kernel's memory, so that each run changes what they hold. */
export const fusedFeeds = ({ results }: FusedKernel, loaded: LoadedKernel, batch: number): Record<string, Tensor> =>
  Object.fromEntries(
    Object.entries(results).map(([name, shape]) => [
      inputName(name),
      new Tensor('float32', loaded.results[name], [batch, ...shape]),
    ]),
  )
