import { createHmac } from 'node:crypto'
import { isIPv4 } from 'node:net'

/**
 * Names the network a caller comes from, for a device that shall send on one network only: the same name for the same network, and
 * nothing that could be turned back into an address. A network is the first 24 bits of an IPv4 address, or 48 of an IPv6 one, as this
 * server sees it: behind one address translation all are one.
 */
export function networkMark(ip: string, secret: string | Uint8Array): string {
  const plain = ip.replace(/^::ffff:/, '')
  const network = isIPv4(plain) ? plain.split('.').slice(0, 3).join('.') : expanded(plain).slice(0, 3).join(':')
  return createHmac('sha256', secret).update(`network ${network}`).digest('hex').slice(0, 16)
}

const groups = (text: string): string[] => text.split(':').filter((group) => group !== '')

/** The eight groups of an IPv6 address (RFC 4291, 2.2). */
function expanded(ip: string): readonly string[] {
  const [before = '', after] = ip.toLowerCase().split('::')
  const [head, tail] = [groups(before), groups(after ?? '')]
  const missing = after === undefined ? 0 : 8 - head.length - tail.length
  return [...head, ...Array.from({ length: Math.max(0, missing) }, () => '0'), ...tail].map((group) =>
    group.padStart(4, '0'),
  )
}
