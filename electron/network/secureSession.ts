import type { Session } from 'electron'
import { isAllowed } from '../permissions.ts'
import type { ShellSettings } from '../settings.ts'
import { createNetworkRule } from './allowedNetworks.ts'
import { proxyConfigOf } from './proxy.ts'
import { createCertificateVerifier, readCaCertificates } from './trustedCa.ts'

export type SessionFacade = Pick<
  Session,
  | 'setPermissionRequestHandler'
  | 'setPermissionCheckHandler'
  | 'setDevicePermissionHandler'
  | 'setProxy'
  | 'setCertificateVerifyProc'
> & { readonly webRequest: Pick<Session['webRequest'], 'onBeforeRequest'> }

/**
 * What the app's pages may ask for and reach. `caPem` is the text of the policy's CA file.
 *
 * @throws Error when the CA file holds no CA; everything else stands by then.
 */
export async function secureSession(
  session: SessionFacade,
  settings: ShellSettings,
  caPem: string | null,
): Promise<void> {
  session.setPermissionRequestHandler((_contents, permission, grant, details) => {
    grant(
      isAllowed({
        permission,
        requestingUrl: details.requestingUrl,
        mediaTypes: 'mediaTypes' in details ? (details.mediaTypes ?? []) : [],
      }),
    )
  })
  session.setPermissionCheckHandler((_contents, permission, requestingOrigin, details) =>
    isAllowed({
      permission,
      requestingUrl: requestingOrigin,
      mediaTypes: details.mediaType === undefined ? [] : [details.mediaType],
    }),
  )
  // USB, HID, serial: never.
  session.setDevicePermissionHandler(() => false)

  const mayReach = createNetworkRule(settings)
  session.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: !mayReach(url) }))
  await session.setProxy(proxyConfigOf(settings.proxy))
  if (caPem !== null && settings.serverUrl !== null)
    session.setCertificateVerifyProc(createCertificateVerifier(readCaCertificates(caPem), settings.serverUrl))
}
