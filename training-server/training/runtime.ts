import { cpus } from 'node:os'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { InferenceSession } from 'onnxruntime-node'

/** Sessions with everything pinned that decides the last bit of a result: the same graph and inputs give the same numbers. */
export const createSession = (onnx: Uint8Array, threads: number): Promise<InferenceSession> =>
  InferenceSession.create(onnx, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    // Without the arena a training step was measured 3.8 times slower.
    enableCpuMemArena: true,
    // A thread that waits for work spinning takes it from what runs between two graphs (docs/adr/0008).
    extra: { session: { intra_op: { allow_spinning: '0' } } },
    logSeverityLevel: 3,
  })

/** What decides the last bits of a run's numbers: processor, threads and runtime versions. */
export function machineDescription(threads: number): string {
  const runtimePackage = createRequire(import.meta.url).resolve('onnxruntime-node/package.json')
  const { version } = JSON.parse(readFileSync(runtimePackage, 'utf8')) as { version: string }
  const processor = cpus()[0]?.model.trim() ?? 'unknown processor'
  return `${processor}, ${cpus().length} cores, ${threads} thread(s), ${process.platform}-${process.arch}, Node ${process.version}, onnxruntime-node ${version}`
}
