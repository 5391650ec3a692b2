import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { complete, missingOptionals, parseLockfile } from './lockfile.ts'

describe('package-lock.json', () => {
  const lockfile = parseLockfile(readFileSync('package-lock.json', 'utf8'))

  it('lists the packages of every platform, so that `npm ci` accepts it on each', () => {
    expect(missingOptionals(lockfile).map(({ at }) => at)).toEqual([])
  })

  it('gets what a mirror of one platform left out, with the platform it is for', () => {
    const partial = parseLockfile(
      JSON.stringify({
        packages: {
          'node_modules/tool': {
            dev: true,
            optionalDependencies: { '@tool/linux-x64-musl': '1.2.3', '@tool/darwin-arm64': '1.2.3' },
          },
        },
      }),
    )
    const { packages } = complete(partial)
    expect(packages['node_modules/@tool/linux-x64-musl']).toEqual({
      version: '1.2.3',
      cpu: ['x64'],
      dev: true,
      libc: ['musl'],
      optional: true,
      os: ['linux'],
    })
    expect(packages['node_modules/@tool/darwin-arm64']).toMatchObject({ os: ['darwin'], cpu: ['arm64'] })
    expect(missingOptionals(parseLockfile(JSON.stringify({ packages })))).toEqual([])
  })

  it('does not guess a platform', () => {
    const odd = parseLockfile(
      JSON.stringify({ packages: { 'node_modules/a': { optionalDependencies: { b: '1.0.0' } } } }),
    )
    expect(() => complete(odd)).toThrow(/node_modules\/b/)
  })
})
