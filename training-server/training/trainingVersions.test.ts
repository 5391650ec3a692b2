import { expect, test } from 'vitest'
import { experimentSchema } from './experiment.ts'
import { networkInput } from './networkInput.ts'
import { networkNamed } from './networks/networks.ts'
import { RandomStream } from './randomStream.ts'
import { trainingVersions } from './trainingVersions.ts'
import { WindowFeatures } from './windowFeatures.ts'

const speech = new RandomStream(1, 'speech').uniform(6 * 16_000, -0.5, 0.5)

async function heard(settings: object, recordingId = 'a'): Promise<(readonly Float32Array[])[]> {
  const experiment = experimentSchema.parse({ network: 'compact', ...settings })
  const features = new WindowFeatures(networkInput(networkNamed('compact'), experiment))
  return (await trainingVersions(experiment, features))(recordingId).map((windows) => windows(speech))
}

test('without being asked for anything, training hears what the bedside scores', async () => {
  const experiment = experimentSchema.parse({ network: 'compact' })
  const features = new WindowFeatures(networkInput(networkNamed('compact'), experiment))
  expect(await heard({})).toEqual([features.of(speech)])
})

test('every copy is changed in its own way, and the same each time', async () => {
  const augmentation = { copies: 3, channel: {}, gain: {} }
  const [first, second, third] = await heard({ augmentation })
  expect(first).not.toEqual(second)
  expect(second).not.toEqual(third)
  expect(await heard({ augmentation })).toEqual([first, second, third])
  expect(await heard({ augmentation }, 'b')).not.toEqual([first, second, third])
})

test('windows at random places are as many as asked for, and not where the bedside has them', async () => {
  const windows = { training: { placed: 'random', perRecording: 7 } }
  const [placed = []] = await heard({ windows })
  expect(placed).toHaveLength(7)
  expect(new Set(placed.map(String)).size).toBe(7)
  expect(await heard({ windows })).toEqual([placed])
  expect(await heard({ windows, seed: 2 })).not.toEqual([placed])
})

test('other windows and features give the network another shape', () => {
  const { stack, window } = networkInput(
    networkNamed('compact'),
    experimentSchema.parse({ windows: { seconds: 6, hopSeconds: 2 } }),
  )
  expect(window).toEqual({ seconds: 6, hopSeconds: 2 })
  expect(stack.input).toEqual([301, 64])
})
