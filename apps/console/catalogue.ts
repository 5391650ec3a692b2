import type { Catalogue, SharedMessageId } from '@spira/shared/ui/languages.ts'
import { type Text, useText as useTextOf } from '@spira/shared/ui/useText.ts'
import en from './languages/en.json' with { type: 'json' }
import es from './languages/es.json' with { type: 'json' }
import ptBR from './languages/pt-BR.json' with { type: 'json' }

export type MessageId = keyof typeof en

/** What the console says, in every language. */
export const catalogue = { 'pt-BR': ptBR, en, es } satisfies Catalogue

export type ConsoleText = Text<MessageId | SharedMessageId>

/** Messages of the console and of the shared pieces in the current language; ids are checked by the compiler. */
export const useText = (): ConsoleText => useTextOf<MessageId | SharedMessageId>()
