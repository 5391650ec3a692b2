import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import type { Certificate, Session } from 'electron'

/** Chromium's net::ERR_CERT_AUTHORITY_INVALID: everything else it found wrong stays wrong. */
const AUTHORITY_INVALID = -202
/** Electron's answers: take it; leave it to Chromium. */
const TRUST = 0
const AS_CHROMIUM_SAYS = -3

const SERVER_AUTHENTICATION = '1.3.6.1.5.5.7.3.1'
/** Longer chains do not exist outside of attacks. */
const MAX_CHAIN = 6

type VerifyProc = NonNullable<Parameters<Session['setCertificateVerifyProc']>[0]>
type Verify = Pick<Parameters<VerifyProc>[0], 'hostname' | 'certificate' | 'errorCode'>

/** @throws Error when the file holds no certificate, or one that may not sign others. */
export function readCaCertificates(pem: string): readonly X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? []
  const certificates = blocks.map((block) => new X509Certificate(block))
  if (certificates.length === 0 || !certificates.every(({ ca }) => ca))
    throw new Error('The CA file of the policy must hold CA certificates in PEM form.')
  return certificates
}

/**
 * Lets the training server's certificate lead to a CA that IT named, which the operating system does not know. For that one host
 * alone: such a CA vouches for nobody else. What Chromium accepts or refuses for another reason stays as it is.
 */
export function createCertificateVerifier(
  cas: readonly X509Certificate[],
  serverUrl: string,
  now: () => Date = () => new Date(),
): VerifyProc {
  const { hostname } = new URL(serverUrl)
  return (request, callback) => {
    const isAsked = request.hostname === hostname && request.errorCode === AUTHORITY_INVALID
    callback(isAsked && leadsToCa(request, cas, now()) ? TRUST : AS_CHROMIUM_SAYS)
  }
}

/** RFC 5280 section 6.1, the part that applies: names, dates, uses and signatures from the server's certificate up to the CA. */
function leadsToCa({ hostname, certificate }: Verify, cas: readonly X509Certificate[], at: Date): boolean {
  try {
    const chain = chainOf(certificate)
    const [server] = chain
    if (server === undefined || !chain.every((each) => isInForce(each, at))) return false
    const named = isIP(hostname) === 0 ? server.checkHost(hostname) : server.checkIP(hostname)
    if (named === undefined) return false
    // In Node this is the extended key usage; absent, any use is allowed.
    const uses: readonly string[] | undefined = server.keyUsage
    if (uses !== undefined && !uses.includes(SERVER_AUTHENTICATION)) return false
    for (const [position, each] of chain.entries()) {
      const ca = cas.find((candidate) => each.checkIssued(candidate) && each.verify(candidate.publicKey))
      if (ca !== undefined) return isInForce(ca, at)
      const issuer = chain[position + 1]
      if (issuer === undefined || !issuer.ca) return false
      if (!each.checkIssued(issuer) || !each.verify(issuer.publicKey)) return false
    }
    return false
  } catch {
    return false
  }
}

function chainOf(certificate: Certificate): readonly X509Certificate[] {
  const chain: X509Certificate[] = []
  let next: Certificate | undefined = certificate
  while (next !== undefined && chain.length < MAX_CHAIN) {
    const parsed: X509Certificate = new X509Certificate(next.data)
    if (chain.some(({ fingerprint256 }) => fingerprint256 === parsed.fingerprint256)) break
    chain.push(parsed)
    // Typed as always there; the last one has none.
    next = next.issuerCert as Certificate | undefined
  }
  return chain
}

const isInForce = ({ validFromDate, validToDate }: X509Certificate, at: Date): boolean =>
  validFromDate <= at && at <= validToDate
