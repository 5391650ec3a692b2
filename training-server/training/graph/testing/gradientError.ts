import { RandomStream } from '../../randomStream.ts'
import { elementCount, type Layer, type Shape } from '../layer.ts'
import { layerInTraining, type Values } from './layerInTraining.ts'

const random = (purpose: string, shape: Shape) => new RandomStream(7, purpose).uniform(elementCount(shape), -1, 1)

/**
 * Compares a layer's backward nodes with central differences of its forward nodes, for its input and each trained parameter: the loss is
 * the inner product of the output with fixed random numbers, and each difference is taken along a random direction, so that float32
 * rounding stays far below the slope.
 */
export async function gradientError(
  layer: Layer,
  inputShape: Shape,
  inputGradient: 'needed' | 'not needed' = 'needed',
): Promise<number> {
  const { shapes, run } = await layerInTraining(layer, inputShape, inputGradient)
  const values = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, random(name, shape)]))
  const loss = async (at: Values) =>
    (await run(at))['output'].reduce((sum, value, index) => sum + value * values['slope'][index], 0)

  const results = await run(values)
  let worst = 0
  const trained = layer.parameters(inputShape).filter(({ followed }) => followed === undefined)
  const differentiated = inputGradient === 'needed' ? ['input'] : []
  for (const name of [...differentiated, ...trained.map((spec) => spec.name)]) {
    const gradient = results[`gradient ${name}`]
    // Along the gradient itself where it is, so that the slope is largest, with some randomness so that every element counts.
    const noise = random(`direction ${name}`, shapes[name] ?? [])
    const scale = Math.max(...gradient.map(Math.abs))
    const direction = gradient.map((value, index) => value / scale + 0.5 * noise[index])
    const moved = (epsilon: number) => ({
      ...values,
      [name]: values[name].map((value, index) => value + epsilon * direction[index]),
    })
    const epsilon = 1e-3
    const measured = ((await loss(moved(epsilon))) - (await loss(moved(-epsilon)))) / (2 * epsilon)
    const computed = gradient.reduce((sum, value, index) => sum + value * direction[index], 0)
    worst = Math.max(worst, Math.abs(measured - computed) / Math.abs(computed))
  }
  return worst
}
