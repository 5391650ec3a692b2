import { expect, test } from 'vitest'
import type { IdentifierRule } from './clinicalProtocol.ts'
import { defaultProtocol } from './clinicalProtocolDefault.ts'
import { readAmongRules, readRecordNumber } from './recordNumber.ts'

const hcFmusp = defaultProtocol.identifierRules.find(({ check }) => check === 'hc-fmusp')
const rule = (check: IdentifierRule['check']): IdentifierRule => ({
  id: check,
  label: { 'pt-BR': check, en: check, es: check },
  example: '1',
  pattern: '^[0-9]+[0-9X]$',
  check,
})

// The numbers are those of the test of SPIRA's first collection app (spirabr/PWA-App, Form.test.js).
test.each([
  ['14259401E', true],
  ['1425940-1 e', true],
  ['13817615A', true],
  ['12345678A', false],
  ['14259410E', false],
])('HC-FMUSP record %s', (typed, right) => {
  if (hcFmusp === undefined) throw new Error('no HC-FMUSP rule')
  expect(readRecordNumber(hcFmusp, typed)).toMatchObject(
    right ? { status: 'ok' } : { status: 'refused', why: 'check-digit' },
  )
})

test('a form that cannot be is told apart from a wrong check digit', () => {
  if (hcFmusp === undefined) throw new Error('no HC-FMUSP rule')
  expect(readRecordNumber(hcFmusp, '14259')).toEqual({ status: 'refused', why: 'form' })
  expect(readRecordNumber(hcFmusp, '  ')).toEqual({ status: 'empty' })
})

test('modulo 11: the ISBN-10 of the standard example; Luhn: the number of ISO/IEC 7812-1', () => {
  expect(readRecordNumber(rule('modulo-11'), '0-306-40615-2').status).toBe('ok')
  expect(readRecordNumber(rule('modulo-11'), '0-306-40615-3').status).toBe('refused')
  expect(readRecordNumber(rule('luhn'), '79927398713').status).toBe('ok')
  expect(readRecordNumber(rule('luhn'), '79927398710').status).toBe('refused')
})

test('what is written like a checked number and fails every such check asks, until somebody says that it is right', () => {
  const any: IdentifierRule = { ...rule('none'), pattern: '^[0-9A-Z]{3,20}$' }
  const rules = [any, rule('modulo-11'), rule('luhn')]
  const read = (typed: string, settled: readonly string[] = []) => readAmongRules(rules, any, typed, settled)
  expect(read('0-306-40615-2')).toEqual({ status: 'ok', bare: '0306406152', ruleId: 'none' })
  expect(read('79927398713')).toMatchObject({ status: 'ok' })
  expect(read('0-306-40615-3')).toMatchObject({ status: 'asks', bare: '0306406153', by: { id: 'modulo-11' } })
  expect(read('0-306-40615-3', ['0306406153'])).toMatchObject({ status: 'ok', ruleId: 'none' })
  expect(read('A-10023')).toMatchObject({ status: 'ok', ruleId: 'none' })
  expect(readAmongRules(rules, rule('luhn'), '79927398710', [])).toEqual({ status: 'refused', why: 'check-digit' })
})
