import { Tensor } from 'onnxruntime-node'
import { GraphBuilder } from '../../training-server/training/graph/graphBuilder.ts'
import { createSession } from '../../training-server/training/runtime.ts'

/** What one thread of this machine can do at best, by the runtime that trains. */
export interface MachineLimit {
  /** Of a square product of 768 rows, in processor time. */
  readonly gflops: number
  /** Bytes read and written by adding one to 64 MiB, in processor time. */
  readonly gigabytesPerSecond: number
}

const SIZE = 768
const LIST = 2 ** 24
const ROUNDS = 7

export async function measureMachineLimit(): Promise<MachineLimit> {
  const product = new GraphBuilder()
  const square = product.input('a', [SIZE, SIZE])
  product.output('product', product.op('MatMul', [square, square]), [SIZE, SIZE])
  const productMs = await fastest(product, {
    a: new Tensor('float32', new Float32Array(SIZE * SIZE).fill(1e-3), [SIZE, SIZE]),
  })

  const copy = new GraphBuilder()
  copy.output('sum', copy.add(copy.input('a', [LIST]), copy.float(1)), [LIST])
  const copyMs = await fastest(copy, { a: new Tensor('float32', new Float32Array(LIST), [LIST]) })
  return { gflops: (2 * SIZE ** 3) / 1e6 / productMs, gigabytesPerSecond: (2 * 4 * LIST) / 1e6 / copyMs }
}

async function fastest(graph: GraphBuilder, feeds: Record<string, Tensor>): Promise<number> {
  const session = await createSession(graph.toOnnx(), 1)
  const rounds: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.cpuUsage()
    await session.run(feeds)
    const { user, system } = process.cpuUsage(start)
    rounds.push((user + system) / 1000)
  }
  await session.release()
  return Math.min(...rounds)
}
