import type { Microphone } from '../bedside/bedside.ts'

/** The microphone that was last chosen on this device; an empty id where none ever was. */
export interface RememberedMicrophone {
  readonly deviceId: string
  readonly label: string
}

/**
 * What a recording is made with. `any`: nobody chose, or the browser names none before it may use one: its own choice.
 * `gone`: the chosen one is not connected, and whoever records decides whether `instead` will do.
 */
export type MicrophoneChoice =
  | { readonly kind: 'any' }
  | { readonly kind: 'usual'; readonly microphone: Microphone }
  | { readonly kind: 'gone'; readonly label: string; readonly instead: Microphone }

export function chooseMicrophone(
  microphones: readonly Microphone[],
  { deviceId, label }: RememberedMicrophone,
): MicrophoneChoice {
  const [first] = microphones
  if (deviceId === '' || first === undefined) return { kind: 'any' }
  // In another socket it has another id.
  const usual =
    microphones.find((each) => each.deviceId === deviceId) ??
    microphones.find((each) => label !== '' && each.label === label)
  return usual === undefined ? { kind: 'gone', label, instead: first } : { kind: 'usual', microphone: usual }
}

/** What it records with; undefined where the browser chooses. */
export const microphoneOf = (choice: MicrophoneChoice): Microphone | undefined =>
  choice.kind === 'usual' ? choice.microphone : choice.kind === 'gone' ? choice.instead : undefined
