import { useDebouncedValue } from '@mantine/hooks'

/**
 * Whether the question has stood for `ms`, or is the first: what costs the server a pass over all rows is asked when one filter no longer
 * follows another, so that the rows of the next filter need not wait for the figures of the one before.
 */
export function useRested(question: string, ms: number): boolean {
  const [rested] = useDebouncedValue(question, ms)
  return rested === question
}
