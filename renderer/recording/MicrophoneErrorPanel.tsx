import { ErrorPanel } from '@spira/shared/ui/ErrorPanel.tsx'
import { Button } from '@mantine/core'
import { useAction } from '../app/useAction.ts'
import { useAppText } from '../app/useAppText.ts'
import type { MicrophoneErrorCode } from '../bedside/bedside.ts'
import { shellBridge } from '../shell/shellBridge.ts'

const CODES: readonly MicrophoneErrorCode[] = [
  'microphone-refused',
  'microphone-missing',
  'microphone-busy',
  'microphone-unplugged',
  'storage-full',
]

export const microphoneCode = (code: string): MicrophoneErrorCode | null =>
  CODES.find((known) => known === code) ?? null

/** What is the matter with the microphone, or with the room to record on. */
export function MicrophoneErrorPanel({ code }: { code: MicrophoneErrorCode }) {
  const text = useAppText()
  const shell = shellBridge()
  const settings = useAction(async () => shell?.openMicrophoneSettings())
  // In the desktop app only the operating system can have refused it.
  const bySystem = code === 'microphone-refused' && shell !== null
  return (
    <ErrorPanel
      happened={text(`microphone.${code}.happened`)}
      kept={text(`microphone.${code}.kept`)}
      next={text(bySystem ? 'microphone.nextInApp' : `microphone.${code}.next`)}
      action={
        bySystem && (
          <Button variant="light" loading={settings.busy} onClick={() => settings.run()}>
            {text('microphone.settings')}
          </Button>
        )
      }
      data-testid="microphone-error"
    />
  )
}
