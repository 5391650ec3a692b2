import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parsePolicy, policyFileOf, serverOf } from './policy.ts'
import { defaultSettings } from './settings.ts'

const full = {
  serverUrl: 'https://spira.hospital.example',
  site: 'Ward 3',
  updateChannel: 'beta',
  proxy: { mode: 'fixed', server: 'proxy.hospital.example:3128' },
  caFile: '/etc/ssl/hospital.pem',
  allowedNetworks: ['*.hospital.example', '10.20.0.0/16'],
  kiosk: true,
}

describe('the policy file', () => {
  it.each([
    ['win32', { PROGRAMDATA: 'D:\\Data' }, 'D:\\Data\\Spira Edge\\spira-policy.json'],
    ['win32', {}, 'C:\\ProgramData\\Spira Edge\\spira-policy.json'],
    ['darwin', {}, '/Library/Application Support/Spira Edge/spira-policy.json'],
    ['linux', { HOME: '/home/someone' }, '/etc/spira-edge/spira-policy.json'],
  ] as const)('lies, on %s with %j, in %s', (platform, env, path) => {
    expect(policyFileOf(platform, env)).toBe(path)
  })

  it('is taken over whole, and need not be there', () => {
    expect(parsePolicy(`\uFEFF${JSON.stringify(full)}`)).toEqual({
      settings: { ...full, proxy: { ...full.proxy, bypass: [] } },
      problems: [],
    })
    expect(parsePolicy(null)).toEqual({ settings: defaultSettings, problems: [] })
    expect(parsePolicy('{}')).toEqual({ settings: defaultSettings, problems: [] })
  })

  it.each([
    ['serverUrl', 'http://spira.hospital.example', /serverUrl was not taken over: .*https/],
    ['serverUrl', 'spira', /serverUrl was not taken over/],
    ['site', '', /site was not taken over/],
    ['updateChannel', 'nightly', /updateChannel was not taken over/],
    ['proxy', { mode: 'fixed', server: 'proxy' }, /proxy was not taken over: server: A proxy is written host:port/],
    ['caFile', 'hospital.pem', /caFile was not taken over: caFile is an absolute path/],
    ['allowedNetworks', ['10.20.0.0/99'], /allowedNetworks was not taken over/],
    ['kiosk', 'yes', /kiosk was not taken over/],
    ['serverURL', 'https://x.example', /there is no field "serverURL". The fields are serverUrl, /],
  ])('names a wrong %s (%j) in a sentence and takes the rest over', (field, value, sentence) => {
    const { settings, problems } = parsePolicy(JSON.stringify({ ...full, [field]: value }))
    expect(problems[0]).toMatch(sentence)
    // Without a server, its CA file has nothing to be trusted for.
    expect(problems.slice(1)).toEqual(
      field === 'serverUrl' ? [expect.stringContaining('caFile was not taken over: A CA file is trusted')] : [],
    )
    expect(settings.site).toBe(field === 'site' ? null : 'Ward 3')
  })

  it('allows nothing more because a field is wrong', () => {
    const { settings } = parsePolicy('{"allowedNetworks": "10.0.0.0/8", "updateChannel": 7}')
    expect(settings).toMatchObject({ allowedNetworks: ['127.0.0.1'], updateChannel: 'none' })
    for (const text of ['', 'serverUrl: x', '[]', 'null', '{"serverUrl": "https://x.example"'])
      expect(parsePolicy(text)).toMatchObject({
        settings: { serverUrl: null, allowedNetworks: ['127.0.0.1'], updateChannel: 'none' },
        problems: [expect.stringContaining('is not a JSON object')],
      })
  })

  it('is read without failing whatever it holds, and gives settings that the schema knows', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.dictionary(fc.constantFrom(...Object.keys(full)), fc.jsonValue()).map((value) => JSON.stringify(value)),
        ),
        (text) => {
          expect(Object.keys(parsePolicy(text).settings).toSorted()).toEqual(Object.keys(defaultSettings).toSorted())
        },
      ),
      { seed: 20261123, numRuns: 2000 },
    )
  })

  it('wins over the command line', () => {
    expect(serverOf('https://policy.example', 'https://shortcut.example')).toBe('https://policy.example')
    expect(serverOf(null, 'https://shortcut.example')).toBe('https://shortcut.example')
  })
})
