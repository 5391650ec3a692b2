import type { Language } from '@spira/shared/ui/languages.ts'
import en from './languages/en.json' with { type: 'json' }
import es from './languages/es.json' with { type: 'json' }
import ptBR from './languages/pt-BR.json' with { type: 'json' }

export type AppMessageId = keyof typeof en

export const appCatalogue: Record<Language, Record<AppMessageId, string>> = { 'pt-BR': ptBR, en, es }
