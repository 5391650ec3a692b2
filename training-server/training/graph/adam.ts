import { GraphBuilder } from './graphBuilder.ts'

/** Adam (Kingma & Ba 2015, arXiv:1412.6980) with PyTorch's defaults. */
export const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const

export interface AdamOptions {
  /**
   * 'adam': the weight decay is added to the gradient (L2), as torch.optim.Adam does it; 'adamw': the parameters shrink by it apart
   * from the gradient (Loshchilov & Hutter 2019, arXiv:1711.05101).
   */
  readonly kind: 'adam' | 'adamw'
  readonly weightDecay: number
}

/**
 * One optimiser step on all parameters as one list, as an ONNX graph.
 *
 * Inputs [count]: parameters, gradients, firstMoment, secondMoment; scalars: those of `adamScalars`.
 * Outputs: nextParameters, nextFirstMoment, nextSecondMoment.
 */
export function adamGraph(count: number, { kind, weightDecay }: AdamOptions): Uint8Array<ArrayBuffer> {
  const graph = new GraphBuilder()
  const [parameters, gradients, first, second] = (
    ['parameters', 'gradients', 'firstMoment', 'secondMoment'] as const
  ).map((name) => graph.input(name, [count])) as [string, string, string, string]
  const stepSize = graph.input('stepSize', [])
  const secondCorrection = graph.input('secondCorrection', [])
  const learningRate = graph.input('learningRate', [])

  const decayed = graph.mul(parameters, graph.float(weightDecay))
  const gradient = kind === 'adamw' || weightDecay === 0 ? gradients : graph.add(gradients, decayed)
  const blend = (old: string, added: string, beta: number) =>
    graph.add(graph.mul(old, graph.float(beta)), graph.mul(added, graph.float(1 - beta)))
  const nextFirst = blend(first, gradient, ADAM.beta1)
  const nextSecond = blend(second, graph.mul(gradient, gradient), ADAM.beta2)
  const deviation = graph.add(graph.mul(graph.op('Sqrt', [nextSecond]), secondCorrection), graph.float(ADAM.epsilon))
  const step = graph.div(graph.mul(nextFirst, stepSize), deviation)
  const kept = kind === 'adamw' ? graph.sub(parameters, graph.mul(decayed, learningRate)) : parameters

  graph.output('nextParameters', graph.sub(kept, step), [count])
  graph.output('nextFirstMoment', nextFirst, [count])
  graph.output('nextSecondMoment', nextSecond, [count])
  return graph.toOnnx()
}

/** The scalars a step is fed, for step `t` counted from 1. */
export const adamScalars = (
  learningRate: number,
  t: number,
): { stepSize: number; secondCorrection: number; learningRate: number } => ({
  stepSize: learningRate / (1 - ADAM.beta1 ** t),
  secondCorrection: 1 / Math.sqrt(1 - ADAM.beta2 ** t),
  learningRate,
})
