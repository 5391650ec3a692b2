import { expect, test } from 'vitest'
import { enrolmentCode, enrolmentFromHash, enrolsByItself } from './enrolmentCode.ts'

test('reads the code a person meant', () => {
  expect(enrolmentCode(' 7k3m q2xo ')).toBe('7K3M-Q2X0')
  expect(enrolmentCode('il00-aaaa')).toBe('1100-AAAA')
  for (const wrong of ['', '7K3M-Q2X', '7K3M-Q2XUU', '7K3M-Q2XU']) expect(enrolmentCode(wrong)).toBeNull()
})

test('finds code and server in the address the app was opened with', () => {
  expect(enrolmentFromHash('#enrol=7K3M-Q2X0')).toEqual({ code: '7K3M-Q2X0', server: null, site: null })
  expect(enrolmentFromHash('#view=1&enrol=7k3mq2x0').code).toBe('7K3M-Q2X0')
  for (const none of ['', '#', '#enrol=', '#enrol=rubbish!', '#/worklist'])
    expect(enrolmentFromHash(none)).toEqual({ code: null, server: null, site: null })
  expect(enrolmentFromHash('#enrol=7K3M-Q2X0&server=https%3A%2F%2Fspira.hospital.example%2Fbedside%2F')).toEqual({
    code: '7K3M-Q2X0',
    server: 'https://spira.hospital.example',
    site: null,
  })
  expect(enrolmentFromHash('#site=+Ward+3+').site).toBe('Ward 3')
  expect(enrolmentFromHash(`#site=${'x'.repeat(200)}`).site).toHaveLength(60)
  expect(enrolmentFromHash('#server=http://127.0.0.1:4600').server).toBe('http://127.0.0.1:4600')
  for (const bad of ['ftp://spira.example', 'http://spira.hospital.example', 'https://a:b@c.example', ''])
    expect(enrolmentFromHash(`#server=${encodeURIComponent(bad)}`).server).toBeNull()
})

test('a link cannot enrol a web page with another server than its own; the shell’s address can name one', () => {
  const web = { protocol: 'https:', origin: 'https://spira.hospital.example' }
  const shell = { protocol: 'app:', origin: 'app://spira' }
  const code = '7K3M-Q2X0'
  expect(enrolsByItself({ code, server: null }, web)).toBe(true)
  expect(enrolsByItself({ code, server: web.origin }, web)).toBe(true)
  expect(enrolsByItself({ code, server: 'https://elsewhere.example' }, web)).toBe(false)
  expect(enrolsByItself({ code, server: 'https://spira.hospital.example' }, shell)).toBe(true)
  expect(enrolsByItself({ code, server: null }, shell)).toBe(false)
  expect(enrolsByItself({ code: null, server: web.origin }, web)).toBe(false)
})
