import { expect, test } from 'vitest'
import { serverOrigin } from './serverAddress.ts'

test('reads the server a person meant', () => {
  expect(serverOrigin('spira.example.org')).toBe('https://spira.example.org')
  expect(serverOrigin(' https://spira.example.org/bedside/#x ')).toBe('https://spira.example.org')
  expect(serverOrigin('spira.example.org:8443')).toBe('https://spira.example.org:8443')
  for (const local of ['localhost:4600', '127.0.0.1:4600', '[::1]:4600'])
    expect(serverOrigin(local)).toBe(`http://${local}`)
})

test('refuses plain http to another machine, and what is no address', () => {
  for (const other of ['http://192.168.0.10:4600', 'http://spira.example.org', 'http://127.0.0.1.example.org']) {
    expect(() => serverOrigin(other)).toThrow(expect.objectContaining({ code: 'server_address_insecure' }))
  }
  for (const none of ['', 'the server', 'ftp://spira.example.org', 'https://', 'https://me@spira.example.org']) {
    expect(() => serverOrigin(none)).toThrow(expect.objectContaining({ code: 'server_address_invalid' }))
  }
})
