import { ErrorPanel } from '@spira/shared/ui/ErrorPanel.tsx'
import { useAppText } from '../app/useAppText.ts'
import type { MicrophoneErrorCode } from '../bedside/bedside.ts'

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
  return (
    <ErrorPanel
      happened={text(`microphone.${code}.happened`)}
      kept={text(`microphone.${code}.kept`)}
      next={text(`microphone.${code}.next`)}
      data-testid="microphone-error"
    />
  )
}
