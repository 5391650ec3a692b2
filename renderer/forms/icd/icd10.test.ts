import { readEntry } from '@spira/shared/protocol/clinicalProtocolAnswers.ts'
import { expect, test } from 'vitest'
import { findIcd, icdTerm } from './icd10.ts'
import rows from './icd10.json' with { type: 'json' }

const field = { id: 'icdCode', kind: 'icd', label: { 'pt-BR': 'CID', en: 'ICD', es: 'CIE' } } as const

test('every code on the list has the form of one and a term in each language', () => {
  expect(rows.length).toBeGreaterThan(150)
  for (const [code = '', ...terms] of rows) {
    expect(readEntry(field, code, undefined, '2026-11-25')).toEqual({ status: 'ok', value: code })
    expect(terms.filter((term) => term.trim() !== '')).toHaveLength(3)
  }
})

test('a code typed without its point is the same code', () => {
  for (const typed of ['J189', 'j189', 'J18.9'])
    expect(readEntry(field, typed, undefined, '2026-11-25')).toEqual({ status: 'ok', value: 'J18.9' })
  expect(readEntry(field, 'J18', undefined, '2026-11-25')).toEqual({ status: 'ok', value: 'J18' })
  expect(readEntry(field, 'J18999', undefined, '2026-11-25')).toMatchObject({ status: 'refused' })
  expect(findIcd('j189', 'en').map(({ code }) => code)).toEqual(['J18.9'])
  expect(findIcd('xyzzy', 'en')).toEqual([])
})

test('is found by code, by words in any order, without accents and in another language than the app speaks', () => {
  expect(findIcd('j18', 'en').map(({ code }) => code)).toEqual(['J18.0', 'J18.1', 'J18.9'])
  expect(findIcd('aguda insuficiencia respiratoria', 'pt-BR')[0]?.code).toBe('J96.0')
  expect(findIcd('neumonía', 'en').length).toBeGreaterThan(5)
  expect(findIcd('acute respiratory fail', 'en')[0]?.code).toBe('J96.0')
  expect(findIcd('   ', 'en')).toEqual([])
  expect(icdTerm('J80', 'es')).toContain('SDRA')
  expect(icdTerm('X99', 'es')).toBeNull()
})
