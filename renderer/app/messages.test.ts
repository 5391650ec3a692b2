import { readdirSync, readFileSync } from 'node:fs'
import { catalogueProblems } from '@spira/shared/ui/catalogueProblems.ts'
import { expect, it } from 'vitest'
import { appCatalogue } from './messages.ts'

it('the languages of the bedside app have every message in each, and none that nothing says', () => {
  const root = `${import.meta.dirname}/..`
  const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !/(^|\/)(node_modules|dist)\/|\.test\./.test(name))
    .map((name) => readFileSync(`${root}/${name}`, 'utf8'))
  expect(catalogueProblems(appCatalogue, sources)).toEqual([])
})
