import { SpiraError } from './errors.ts'

/** On every request of a device: the protocol its app speaks. */
export const PROTOCOL_HEADER = 'x-spira-protocol'

/**
 * @param app the version the app speaks.
 * @param server the versions the server speaks.
 * @throws SpiraError protocol_unsupported, which says which of the two is to be updated.
 */
export function requireCommonProtocol(app: number, server: readonly number[]): void {
  if (server.includes(app)) return
  const older = app < Math.min(...server) ? 'this app' : 'the server'
  throw new SpiraError('protocol_unsupported', { got: app, expected: server.join(', '), older })
}
