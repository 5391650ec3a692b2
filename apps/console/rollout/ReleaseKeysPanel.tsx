import { Button, FileButton } from '@mantine/core'
import { CONSOLE_API } from '@spira/shared/protocol/consoleApi.ts'
import { Panel } from '@spira/shared/ui/Panel.tsx'
import { IconDownload, IconSignature, IconUpload } from '@tabler/icons-react'
import { useText } from '../catalogue.ts'
import { Failure } from '../frame/Failure.tsx'
import { useWhen } from '../frame/useFormats.ts'
import styles from './ReleaseKeysPanel.module.css'
import { useInstallSigned, useReleaseKeys } from './rollouts.ts'

/** What signs the releases, until when, and what its holders still have to sign. */
export function ReleaseKeysPanel({ mayInstall }: { readonly mayInstall: boolean }) {
  const text = useText()
  const when = useWhen()
  const keys = useReleaseKeys()
  const install = useInstallSigned()
  if (keys.data === undefined) return keys.error === null ? null : <Failure error={keys.error} />
  const { roles, waiting } = keys.data
  const online = roles.some(({ role, place }) => role === 'targets' && place === 'online')
  return (
    <section className={styles.keys} data-testid="release-keys">
      <h2>{text('keys.title')}</h2>
      <p>{text(online ? 'keys.online' : 'keys.offline')}</p>
      <div className={styles.scroll}>
        <table>
          <thead>
            <tr>
              <th scope="col">{text('keys.role')}</th>
              <th scope="col">{text('keys.place')}</th>
              <th scope="col">{text('keys.threshold')}</th>
              <th scope="col">{text('keys.version')}</th>
              <th scope="col">{text('keys.expires')}</th>
            </tr>
          </thead>
          <tbody>
            {roles.map(({ role, place, keys: count, threshold, version, expires, due }) => (
              <tr key={role}>
                <th scope="row">{role}</th>
                <td>{text(`keys.place.${place}`)}</td>
                <td>{text('keys.ofKeys', { threshold, count })}</td>
                <td>{version}</td>
                <td>
                  {when(expires)}
                  {due && <strong> · {text('keys.due')}</strong>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {waiting.length > 0 && (
        <Panel tone="warn" icon={IconSignature} title={text('keys.waiting')} data-testid="signing-requests">
          <p>{text('keys.how')}</p>
          {waiting.map(({ id, role, version, reason }) => (
            <div key={id} className={styles.waiting}>
              <Button
                component="a"
                href={`${CONSOLE_API}/signing-requests/${id}`}
                variant="default"
                leftSection={<IconDownload size={18} aria-hidden />}
              >
                {`${version}.${role}.json`}
              </Button>
              <span>{reason}</span>
            </div>
          ))}
        </Panel>
      )}
      {mayInstall && !online && (
        <div className={styles.waiting}>
          <FileButton
            multiple
            accept="application/json"
            onChange={(files) => files.length > 0 && install.mutate(files)}
          >
            {(props) => (
              <Button {...props} loading={install.isPending} leftSection={<IconUpload size={18} aria-hidden />}>
                {text('keys.install')}
              </Button>
            )}
          </FileButton>
        </div>
      )}
      {install.error !== null && <Failure error={install.error} />}
    </section>
  )
}
