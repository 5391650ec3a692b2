import { expect, test } from 'vitest'
import { machineFailure } from './machineFailure.ts'

const withCode = (code: string) => Object.assign(new Error('x'), { code })

test('a full disk and a lost database are said in a sentence, however deep they lie', () => {
  expect(machineFailure(withCode('ENOSPC'))).toMatch(/^the disk is full/)
  expect(machineFailure(new Error('no', { cause: withCode('53100') }))).toMatch(/^the disk is full/)
  expect(machineFailure(withCode('ECONNREFUSED'))).toMatch(/^the database cannot be reached/)
  expect(machineFailure(new Error('Connection terminated unexpectedly'))).toMatch(/^the database cannot be reached/)
  expect(machineFailure(withCode('23505'))).toBeNull()
  expect(machineFailure('x')).toBeNull()
})
