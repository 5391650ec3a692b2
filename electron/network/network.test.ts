import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Certificate } from 'electron'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { shellSettingsSchema } from '../settings.ts'
import { createNetworkRule } from './allowedNetworks.ts'
import { proxyConfigOf } from './proxy.ts'
import { createCertificateVerifier, readCaCertificates } from './trustedCa.ts'

const proxy = (given: object) => proxyConfigOf(shellSettingsSchema.parse({ proxy: given }).proxy)
const rule = (settings: object) => createNetworkRule(shellSettingsSchema.parse(settings))
const days = (count: number): Date => new Date(Date.now() + count * 86_400_000)

describe('the policy', () => {
  it.each([
    { serverUrl: 'http://spira.hospital.example' },
    { serverUrl: 'file:///etc/passwd' },
    { serverUrl: 'https://spira.hospital.example', caFile: 'ca.pem' },
    { caFile: '/etc/ca.pem' },
    { proxy: { mode: 'fixed', server: 'proxy.hospital.example' } },
    { proxy: { mode: 'fixed', server: 'http=a:1;https=b:2' } },
    { proxy: { mode: 'system', server: 'x:1' } },
    { allowedNetworks: ['10.0.0.0/40'] },
    { allowedNetworks: ['https://x.example/'] },
    { updateChannel: 'nightly' },
    { kiosk: 'yes' },
    { serverURL: null },
  ])('refuses %j', (settings) => {
    expect(shellSettingsSchema.safeParse(settings).success).toBe(false)
  })

  it('has a default for everything', () => {
    expect(shellSettingsSchema.parse({})).toEqual({
      serverUrl: null,
      site: null,
      updateChannel: 'stable',
      proxy: { mode: 'system' },
      caFile: null,
      allowedNetworks: [],
      kiosk: false,
    })
  })

  it('says its proxy in Electron’s words', () => {
    expect(proxy({ mode: 'system' })).toEqual({ mode: 'system' })
    expect(proxy({ mode: 'direct' })).toEqual({ mode: 'direct' })
    expect(proxy({ mode: 'pac', url: 'http://wpad.hospital.example/wpad.dat' })).toEqual({
      mode: 'pac_script',
      pacScript: 'http://wpad.hospital.example/wpad.dat',
    })
  })
})

describe('the allowed networks', () => {
  const strict = {
    serverUrl: 'https://spira.hospital.example',
    allowedNetworks: ['*.ward.example', 'proxy.example', '10.20.0.0/16', 'fd00::/8', '192.0.2.7'],
  }
  it.each([
    ['https://spira.hospital.example/api/x', true],
    ['https://SPIRA.hospital.example/api/x', true],
    ['https://a.ward.example/', true],
    ['https://proxy.example:3128/', true],
    ['https://10.20.255.1/', true],
    ['https://[fd12::1]/', true],
    ['https://192.0.2.7/', true],
    ['app://spira/bedside/', true],
    ['blob:app://spira/7b', true],
    ['https://hospital.example/', false],
    ['https://spira.hospital.example.evil.example/', false],
    ['https://evilward.example/', false],
    ['https://10.21.0.1/', false],
    ['https://[fe80::1]/', false],
    ['https://elsewhere.example/', false],
    ['file:///etc/passwd', false],
    ['ftp://spira.hospital.example/', false],
    ['chrome://settings', false],
    ['nonsense', false],
  ])('%s: %s', (url, allowed) => {
    expect(rule(strict)(url)).toBe(allowed)
  })

  it('without a policy: what the page’s own policy lets through', () => {
    expect(rule({})('https://any.example/')).toBe(true)
    expect(rule({})('file:///etc/passwd')).toBe(false)
  })
})

const AUTHORITY_INVALID = -202

/** Certificates made by OpenSSL, as a hospital's would be: root, intermediate, server. */
describe('a CA that IT named', () => {
  let folder: string
  const pem = (name: string): string => readFileSync(join(folder, `${name}.pem`), 'utf8')
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' })

  function issue(name: string, subject: string, issuer: string | null, extensions: string): void {
    writeFileSync(join(folder, `${name}.cnf`), `[v3]\n${extensions}\n`)
    openssl(
      'req',
      '-new',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-subj',
      `/CN=${subject}`,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`,
    )
    const by =
      issuer === null
        ? ['-signkey', `${name}.key`]
        : ['-CA', `${issuer}.pem`, '-CAkey', `${issuer}.key`, '-CAcreateserial']
    openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      ...by,
      '-days',
      '30',
      '-extfile',
      `${name}.cnf`,
      '-extensions',
      'v3',
      '-out',
      `${name}.pem`,
    )
  }
  /** As Electron hands a chain over. */
  function chain(...names: string[]): Certificate {
    const [first = '', ...rest] = names
    return { data: pem(first), ...(rest.length === 0 ? {} : { issuerCert: chain(...rest) }) } as Certificate
  }
  function verdict(
    certificate: Certificate,
    change: { hostname?: string; errorCode?: number; at?: Date; cas?: string } = {},
  ): number {
    const { hostname = 'spira.hospital.example', errorCode = AUTHORITY_INVALID, at, cas = pem('root') } = change
    const verify = createCertificateVerifier(
      readCaCertificates(cas),
      'https://spira.hospital.example:8443',
      at === undefined ? undefined : () => at,
    )
    let answer = Number.NaN
    verify(
      {
        hostname,
        certificate,
        validatedCertificate: certificate,
        isIssuedByKnownRoot: false,
        verificationResult: 'x',
        errorCode,
      },
      (given) => (answer = given),
    )
    return answer
  }
  const TRUST = 0
  const AS_CHROMIUM_SAYS = -3

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'spira-ca-'))
    const ca = 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign'
    const leaf = 'basicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\nsubjectAltName=DNS:spira.hospital.example'
    issue('root', 'Hospital Root', null, ca)
    issue('stranger', 'Hospital Root', null, ca)
    issue('middle', 'Hospital Issuing', 'root', ca)
    issue('server', 'spira', 'root', leaf)
    issue('below', 'spira', 'middle', leaf)
    issue('forged', 'spira', 'stranger', leaf)
    issue('othername', 'spira', 'root', leaf.replace('spira.hospital', 'other.hospital'))
    issue('client', 'spira', 'root', leaf.replace('serverAuth', 'clientAuth'))
    // A server certificate that signs another one.
    issue('pretender', 'spira', 'server', leaf)
  }, 120_000)
  afterAll(() => rmSync(folder, { recursive: true }))

  it('vouches for the training server, directly and through an intermediate', () => {
    expect(verdict(chain('server'))).toBe(TRUST)
    expect(verdict(chain('server', 'root'))).toBe(TRUST)
    expect(verdict(chain('below', 'middle', 'root'))).toBe(TRUST)
    expect(verdict(chain('below', 'middle'))).toBe(TRUST)
    expect(verdict(chain('server'), { cas: `${pem('stranger')}\n${pem('root')}` })).toBe(TRUST)
  })

  it('for no other host, no other failure of Chromium’s, and not when Chromium is content', () => {
    expect(verdict(chain('server'), { hostname: 'elsewhere.example' })).toBe(AS_CHROMIUM_SAYS)
    expect(verdict(chain('server'), { errorCode: -206 })).toBe(AS_CHROMIUM_SAYS)
    expect(verdict(chain('server'), { errorCode: 0 })).toBe(AS_CHROMIUM_SAYS)
  })

  it('not for what it did not sign, another name, another use, a leaf that signs, or a gap in the chain', () => {
    for (const bad of [
      chain('forged'),
      chain('forged', 'stranger'),
      chain('forged', 'root'),
      chain('othername'),
      chain('client'),
      chain('pretender', 'server', 'root'),
      chain('below'),
      chain('below', 'root'),
    ])
      expect(verdict(bad)).toBe(AS_CHROMIUM_SAYS)
    expect(verdict({ data: 'nonsense' } as Certificate)).toBe(AS_CHROMIUM_SAYS)
  })

  it('not before or after its time', () => {
    expect(verdict(chain('server'), { at: days(-1) })).toBe(AS_CHROMIUM_SAYS)
    expect(verdict(chain('server'), { at: days(40) })).toBe(AS_CHROMIUM_SAYS)
  })

  it('must be a CA', () => {
    expect(() => readCaCertificates(pem('server'))).toThrow('CA certificates')
    expect(() => readCaCertificates('')).toThrow('CA certificates')
  })
})
