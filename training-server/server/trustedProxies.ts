import { BlockList, isIP } from 'node:net'

/**
 * The reverse proxies whose word for who called is taken: those on this machine, and the addresses and networks (CIDR) that `SPIRA_PROXIES` lists.
 * A proxy that is not listed is itself the caller: all its devices then share one network and one rate.
 *
 * @param setting as `10.0.0.7, 172.18.0.0/16`; undefined or empty where there is no other proxy.
 * @throws Error naming what is no address or network. Nobody is trusted by mistake: a list that cannot be read starts no server.
 */
export function trustedProxies(setting: string | undefined): string[] {
  const listed = (setting ?? '').split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]))
  for (const network of listed)
    if (!isNetwork(network))
      throw new Error(
        `SPIRA_PROXIES holds "${network}", which is neither an address nor a network such as 172.18.0.0/16. Correct it and start again.`,
      )
  return ['loopback', ...listed]
}

function isNetwork(text: string): boolean {
  const [address = '', prefix, ...more] = text.split('/')
  const family = isIP(address)
  if (family === 0 || more.length > 0) return false
  if (prefix === undefined) return true
  if (!/^\d{1,3}$/.test(prefix)) return false
  try {
    new BlockList().addSubnet(address, Number(prefix), family === 4 ? 'ipv4' : 'ipv6')
    return Number(prefix) > 0
  } catch {
    return false
  }
}
