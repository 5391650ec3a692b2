import { expect, test } from 'vitest'
import { enrolmentCode, enrolmentFromHash } from './enrolmentCode.ts'

test('reads the code a person meant', () => {
  expect(enrolmentCode(' 7k3m q2xo ')).toBe('7K3M-Q2X0')
  expect(enrolmentCode('il00-aaaa')).toBe('1100-AAAA')
  for (const wrong of ['', '7K3M-Q2X', '7K3M-Q2XUU', '7K3M-Q2XU']) expect(enrolmentCode(wrong)).toBeNull()
})

test('finds the code in the address the app was opened with', () => {
  expect(enrolmentFromHash('#enrol=7K3M-Q2X0')).toBe('7K3M-Q2X0')
  expect(enrolmentFromHash('#view=1&enrol=7k3mq2x0')).toBe('7K3M-Q2X0')
  for (const none of ['', '#', '#enrol=', '#enrol=rubbish!', '#/worklist']) expect(enrolmentFromHash(none)).toBeNull()
})
