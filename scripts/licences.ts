import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

/**
 * `npm run licences` writes docs/THIRD-PARTY-LICENCES.md from the lockfile and the installed packages: everything that ships
 * (not development tools), with its licence. `--check` fails when the list is out of date or a licence is not one we ship under.
 */
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const file = join(root, 'docs/THIRD-PARTY-LICENCES.md')

const permissive = new Set([
  'MIT',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'OFL-1.1',
  'MPL-2.0',
  'CC0-1.0',
  'BlueOak-1.0.0',
  'Unlicense',
  'Python-2.0',
  'Zlib',
  'PostgreSQL',
  'CC-BY-4.0',
  'WTFPL',
])

/** Packages whose metadata names no licence, with where it is stated instead. */
const statedElsewhere: Record<string, string> = {
  // Readme.md, section "License".
  'combine-errors': 'MIT',
}

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      license: z.string().optional(),
      dev: z.boolean().optional(),
      devOptional: z.boolean().optional(),
      link: z.boolean().optional(),
    }),
  ),
})

/** Allowed when every part joined by AND, and one joined by OR, is permissive. */
const isPermissive = (expression: string): boolean =>
  expression
    .replaceAll(/[()]/g, '')
    .split(/\s+AND\s+/)
    .every((part) => part.split(/\s+OR\s+/).some((licence) => permissive.has(licence.trim())))

const { packages } = lockSchema.parse(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')))
const shipped = Object.entries(packages)
  .filter(
    ([path, { dev, devOptional, link }]) =>
      path.includes('node_modules/') && dev !== true && devOptional !== true && link !== true,
  )
  .map(([path, { version, license }]) => {
    const name = path.slice(path.lastIndexOf('node_modules/') + 13)
    return { name, version: version ?? '', licence: license ?? statedElsewhere[name] ?? 'unknown' }
  })
  .sort((a, b) => a.name.localeCompare(b.name, 'en') || a.version.localeCompare(b.version, 'en'))

const rows = [...new Set(shipped.map(({ name, version, licence }) => `| ${name} | ${version} | ${licence} |`))]
const text = `# Third-party packages that ship, with their licences

Written by \`npm run licences\` from package-lock.json; the test command checks that it is current and that every licence is permissive.
Our own code is Apache-2.0 (LICENSE).

| package | version | licence |
|---|---|---|
${rows.join('\n')}

What came into a package from elsewhere, and ships:

| file | package | licence |
|---|---|---|
| silero_vad_v5.onnx | @ricky0123/vad-web | MIT, Copyright (c) 2020-present Silero Team |
`

if (process.argv.includes('--check')) {
  const refused = shipped.filter(({ licence }) => !isPermissive(licence))
  for (const { name, version, licence } of refused)
    console.error(
      `licences: ${name} ${version} ships under "${licence}", which is not on the list of licences we ship.`,
    )
  const current = readFileSync(file, 'utf8') === text
  if (!current) console.error('licences: docs/THIRD-PARTY-LICENCES.md is out of date; run npm run licences.')
  process.exitCode = refused.length === 0 && current ? 0 : 1
} else {
  writeFileSync(file, text)
  console.log(`${rows.length} packages listed in docs/THIRD-PARTY-LICENCES.md`)
}
