import { affine } from './affine.ts'
import type { Value } from './graphBuilder.ts'
import { EPSILON } from './groupNorm.ts'
import type { Layer } from './layer.ts'
import { imageShape } from './layer.ts'

/** PyTorch's BatchNorm default: how far the running statistics move towards those of each micro-batch. */
const MOMENTUM = 0.1

/**
 * Batch normalisation (Ioffe & Szegedy 2015, arXiv:1502.03167), as PyTorch's BatchNorm2d: in training each channel to mean 0 and variance 1
 * over the samples of the micro-batch, its times and bins, then a scale and an offset a channel; at inference by running statistics, which
 * lie among the parameters, are followed micro-batch by micro-batch and are neither trained nor decayed.
 *
 * Where a batch is computed in micro-batches, statistics are of each micro-batch alone, as they are in PyTorch when gradients are
 * accumulated: a network with this layer says how large its micro-batches are (LayerStack.microBatch). Samples that fill up a last, partial
 * one are not counted.
 */
export function batchNorm(options: { readonly name: string }): Layer {
  const { name } = options
  return {
    outputShape: (input) => input,

    parameters(input) {
      const { channels } = imageShape(name, input)
      const all = (own: string, value: number) =>
        ({ name: `${name}.${own}`, shape: [channels], initial: { kind: 'constant', value } }) as const
      const followed = { momentum: MOMENTUM }
      return [
        all('weight', 1),
        all('bias', 0),
        { ...all('running_mean', 0), followed },
        { ...all('running_var', 1), followed },
      ]
    },

    forward({ graph, value, shape, parameters, training }) {
      const { channels, time, bins } = imageShape(name, shape)
      const [scale = '', offset = '', runningMean = '', runningVariance = ''] = parameters
      if (training === null) {
        const inputs = [value, scale, offset, runningMean, runningVariance]
        return {
          value: graph.op('BatchNormalization', inputs, { epsilon: { float: EPSILON } }),
          backward() {
            throw new TypeError(`${name} has a gradient in training alone.`)
          },
        }
      }

      const present = training.present()
      const count = graph.mul(graph.sum(present, 0), graph.float(time * bins))
      /** [channels]: the mean over the samples that are there, their times and bins. */
      const mean = (image: Value) =>
        graph.div(graph.sum(graph.mul(graph.sum(image, 2, 3), graph.reshape(present, -1, 1)), 0), count)
      const toImage = (perChannel: Value) => graph.reshape(perChannel, 1, channels, 1, 1)

      // In two passes: a mean of squares less a squared mean loses float32's digits.
      const own = mean(value)
      const centred = graph.sub(value, toImage(own))
      const variance = mean(graph.mul(centred, centred))
      const inverse = graph.op('Reciprocal', [graph.op('Sqrt', [graph.add(variance, graph.float(EPSILON))])])
      const normal = graph.mul(centred, toImage(inverse))

      return {
        value: affine(graph, normal, scale, offset),
        backward(gradient, needed) {
          // The gradient of a filling sample is 0.
          const total = graph.sum(gradient, 0, 2, 3)
          const projected = graph.sum(graph.mul(gradient, normal), 0, 2, 3)
          const inputGradient = () => {
            // d = scale inverse (g - mean(g) - normal mean(g normal)); what the means pass on goes to the samples that made them.
            const shared = affine(graph, normal, graph.div(projected, count), graph.div(total, count))
            const passedOn = graph.mul(shared, graph.reshape(present, -1, 1, 1, 1))
            return graph.mul(graph.sub(gradient, passedOn), toImage(graph.mul(scale, inverse)))
          }
          const others = graph.op('Max', [graph.sub(count, graph.float(1)), graph.float(1)])
          return {
            input: needed === 'needed' ? inputGradient() : null,
            parameters: [projected, total, own, graph.mul(variance, graph.div(count, others))],
          }
        },
      }
    },
  }
}
