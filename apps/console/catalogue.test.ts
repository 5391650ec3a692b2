import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { catalogueProblems } from '@spira/shared/ui/catalogueProblems.ts'
import { catalogue } from './catalogue.ts'

it('every message exists in every language, with the same placeholders, and is used', () => {
  const sources = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.|^dist/.test(name))
    .map((name) => readFileSync(`${import.meta.dirname}/${name}`, 'utf8'))
  expect(catalogueProblems(catalogue, sources)).toEqual([])
})
