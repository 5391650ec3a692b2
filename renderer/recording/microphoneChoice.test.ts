import { expect, test } from 'vitest'
import { chooseMicrophone } from './microphoneChoice.ts'

const headset = { deviceId: 'h', label: 'Headset' }
const builtIn = { deviceId: 'b', label: 'Built-in' }

test('the microphone that was chosen is used, also in another socket', () => {
  expect(chooseMicrophone([builtIn, headset], headset)).toEqual({ kind: 'usual', microphone: headset })
  const moved = { ...headset, deviceId: 'h2' }
  expect(chooseMicrophone([builtIn, moved], headset)).toEqual({ kind: 'usual', microphone: moved })
})

test('one that is not connected is never replaced silently: it is named, and what there is instead', () => {
  expect(chooseMicrophone([builtIn], headset)).toEqual({ kind: 'gone', label: 'Headset', instead: builtIn })
  // Remembered by an earlier version, which kept no name.
  expect(chooseMicrophone([builtIn], { ...headset, label: '' })).toEqual({ kind: 'gone', label: '', instead: builtIn })
})

test('where nobody chose, or nothing is named yet, the browser chooses', () => {
  expect(chooseMicrophone([builtIn, headset], { deviceId: '', label: '' })).toEqual({ kind: 'any' })
  expect(chooseMicrophone([], headset)).toEqual({ kind: 'any' })
})
