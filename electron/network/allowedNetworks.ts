import { BlockList, isIP } from 'node:net'
import type { ShellSettings } from '../settings.ts'

/** What never leaves the app. */
const INSIDE = new Set(['app:', 'blob:', 'data:', 'devtools:'])
const OUTSIDE = new Set(['http:', 'https:', 'ws:', 'wss:'])

/**
 * Which addresses the app may ask for, when IT named any: the training server and the allowed networks. A network of addresses
 * counts for addresses written as such; a host's name is not looked up.
 */
export function createNetworkRule({
  serverUrl,
  allowedNetworks,
}: Pick<ShellSettings, 'serverUrl' | 'allowedNetworks'>): (url: string) => boolean {
  const isOpen = serverUrl === null && allowedNetworks.length === 0
  const hosts = new Set<string>()
  const domains: string[] = []
  const addresses = new BlockList()
  if (serverUrl !== null) hosts.add(hostOf(new URL(serverUrl)))
  for (const entry of allowedNetworks.map((text) => text.toLowerCase())) {
    const [address = '', prefix] = entry.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (prefix !== undefined) addresses.addSubnet(address, Number(prefix), family)
    else if (isIP(address) !== 0) addresses.addAddress(address, family)
    else if (entry.startsWith('*.')) domains.push(entry.slice(1))
    else hosts.add(entry)
  }

  return (text) => {
    const url = URL.parse(text)
    if (url === null) return false
    if (INSIDE.has(url.protocol)) return true
    if (!OUTSIDE.has(url.protocol)) return false
    if (isOpen) return true
    const host = hostOf(url)
    const family = isIP(host)
    if (hosts.has(host)) return true
    if (family !== 0) return addresses.check(host, family === 6 ? 'ipv6' : 'ipv4')
    return domains.some((domain) => host.endsWith(domain))
  }
}

const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '').toLowerCase()
