import { ErrorPanel } from '@spira/shared/ui/ErrorPanel.tsx'
import type { ReactNode } from 'react'
import { codeOf, failureOf } from './failure.ts'
import { useAppText } from './useAppText.ts'

/** A failed action in sentences; nothing when there is none. */
export function FailurePanel({ error, action }: { error: unknown; action?: ReactNode }) {
  const text = useAppText()
  if (error === null) return null
  const code = codeOf(error)
  const failure = failureOf(code)
  return (
    <ErrorPanel
      happened={text(`failure.${failure}.happened`, { code })}
      kept={text(`failure.${failure}.kept`)}
      next={text(`failure.${failure}.next`)}
      action={action}
      data-testid="failure"
    />
  )
}
