import { expect, test } from 'vitest'
import { networkMark } from './networkMark.ts'

const mark = (ip: string) => networkMark(ip, 'a secret')

test('addresses of one network have one mark, others another, and no mark shows an address', () => {
  expect(mark('10.1.2.3')).toBe(mark('10.1.2.200'))
  expect(mark('::ffff:10.1.2.3')).toBe(mark('10.1.2.3'))
  expect(mark('10.1.3.3')).not.toBe(mark('10.1.2.3'))
  expect(mark('2001:db8:1::5')).toBe(mark('2001:0db8:0001:ffff::9'))
  expect(mark('2001:db8:2::5')).not.toBe(mark('2001:db8:1::5'))
  expect(mark('::1')).toMatch(/^[0-9a-f]{16}$/)
  expect(networkMark('10.1.2.3', 'another')).not.toBe(mark('10.1.2.3'))
})
