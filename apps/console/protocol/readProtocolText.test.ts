import { defaultProtocol } from '@spira/shared/protocol/clinicalProtocolDefault.ts'
import { expect, test } from 'vitest'
import { readProtocolText } from './readProtocolText.ts'

test('a protocol is read; what is wrong with a text is named by its place', () => {
  expect(readProtocolText(JSON.stringify(defaultProtocol)).protocol).toEqual(defaultProtocol)
  expect(readProtocolText('{ "version": 1,').problems).toHaveLength(1)
  const { title: _title, ...untitled } = defaultProtocol
  expect(readProtocolText(JSON.stringify(untitled)).problems.join()).toContain('title:')
})
