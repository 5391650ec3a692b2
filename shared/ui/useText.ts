import { useCallback } from 'react'
import { useIntl } from 'react-intl'
import type { SharedMessageId } from './languages.ts'

export type TextValues = Readonly<Record<string, string | number>>
export type Text<Id extends string> = (id: Id, values?: TextValues) => string

/** The message of an id in the current language; ids are checked by the compiler. */
export function useText<Id extends string = SharedMessageId>(): Text<Id> {
  const { formatMessage } = useIntl()
  return useCallback((id, values) => formatMessage<TextValues, string>({ id }, values ?? {}), [formatMessage])
}
