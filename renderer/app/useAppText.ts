import type { SharedMessageId } from '@spira/shared/ui/languages.ts'
import { type Text, useText } from '@spira/shared/ui/useText.ts'
import type { AppMessageId } from './messages.ts'

export type AppText = Text<AppMessageId | SharedMessageId>

/** Every message of the bedside app, its own and the shared ones. */
export const useAppText = (): AppText => useText<AppMessageId | SharedMessageId>()
