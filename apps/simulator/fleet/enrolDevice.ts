import { DEVICE_API, publicKeySchema, type Enrolment } from '@spira/shared/protocol/deviceApi.ts'
import { createDeviceClient, type DeviceClient, type Fetch } from '@spira/shared/protocol/deviceClient.ts'
import { signText } from '@spira/shared/protocol/ed25519.ts'

export interface EnrolledDevice {
  readonly client: DeviceClient
  readonly enrolment: Enrolment
  readonly uploadsUrl: string
  /** The same device, speaking to another process of the same server. */
  through(serverUrl: string, fetch?: Fetch): DeviceClient
}

const nodeFetch: Fetch = (url, init) => fetch(url, init)

/** Enrols a new device with a key of its own, exactly as the app does; the key lives as long as the process. */
export async function enrolDevice(serverUrl: string, code: string, deviceName: string): Promise<EnrolledDevice> {
  const key = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])
  if (!('privateKey' in key)) throw new Error('Ed25519 made no key pair')
  const jwk = await crypto.subtle.exportKey('jwk', key.publicKey)
  const stranger = createDeviceClient({ serverUrl, fetch: nodeFetch })
  await stranger.health()
  const enrolment = await stranger.enrol({
    code,
    publicKey: publicKeySchema.parse({ kty: jwk.kty, crv: jwk.crv, x: jwk.x }),
    deviceName,
    appVersion: 'simulator',
  })
  const { deviceId, serverId, receiptKey } = enrolment
  const identity = { deviceId, serverId, receiptKey, sign: (text: string) => signText(text, key.privateKey) }
  const through = (url: string, by: Fetch = nodeFetch) => createDeviceClient({ serverUrl: url, fetch: by, identity })
  return {
    client: through(serverUrl),
    enrolment,
    uploadsUrl: `${serverUrl}${DEVICE_API}/uploads`,
    through,
  }
}
