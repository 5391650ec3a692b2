import { Button, Modal, NativeSelect } from '@mantine/core'
import { TOUCH_TARGET } from '@spira/shared/ui/theme.ts'
import { IconMicrophone2 } from '@tabler/icons-react'
import { useState } from 'react'
import { useAppText } from '../app/useAppText.ts'
import type { Microphone } from '../bedside/bedside.ts'
import styles from './MicrophonePanel.module.css'
import { MicrophoneTestView } from './MicrophoneTestView.tsx'

interface MicrophonePanelProps {
  readonly microphones: readonly Microphone[]
  readonly chosen: Microphone | undefined
  readonly onChoose: (microphone: Microphone) => void
  readonly disabled: boolean
}

/** Which microphone, remembered on this device, and a way to try it before a patient has to. */
export function MicrophonePanel({ microphones, chosen, onChoose, disabled }: MicrophonePanelProps) {
  const text = useAppText()
  const [testing, setTesting] = useState(false)
  return (
    <div className={styles.microphone}>
      {microphones.length > 0 && (
        <NativeSelect
          label={text('record.microphone')}
          data-testid="microphone"
          disabled={disabled}
          value={chosen?.deviceId ?? microphones[0]?.deviceId ?? ''}
          onChange={(event) => {
            const { value } = event.currentTarget
            const microphone = microphones.find(({ deviceId }) => deviceId === value)
            if (microphone !== undefined) onChoose(microphone)
          }}
          data={microphones.map(({ deviceId, label }, index) => ({
            value: deviceId,
            label: label === '' ? text('record.microphoneNumber', { number: index + 1 }) : label,
          }))}
        />
      )}
      <Button
        variant="default"
        leftSection={<IconMicrophone2 size="1.25rem" />}
        disabled={disabled}
        onClick={() => setTesting(true)}
        data-testid="microphone-test"
      >
        {text('microphoneTest.open')}
      </Button>
      {/* Without Mantine's own header: as a second banner landmark it could not be told apart from the app's. */}
      <Modal.Root opened={testing} onClose={() => setTesting(false)} size="lg" padding="lg" centered>
        <Modal.Overlay />
        <Modal.Content>
          <Modal.Body>
            <div className={styles.testHead}>
              <Modal.Title>{text('microphoneTest.title')}</Modal.Title>
              <Modal.CloseButton size={TOUCH_TARGET} aria-label={text('form.back')} />
            </div>
            <MicrophoneTestView microphoneId={chosen?.deviceId} />
          </Modal.Body>
        </Modal.Content>
      </Modal.Root>
    </div>
  )
}
