import { stageSchema } from '@spira/shared/protocol/trainingStages.ts'
import { useCallback } from 'react'
import { useText } from '../catalogue.ts'

/** The name of a stage for people; one of a newer server goes under its own. */
export function useStageName(): (stage: string) => string {
  const text = useText()
  return useCallback(
    (stage) => {
      const known = stageSchema.safeParse(stage)
      return known.success ? text(`stage.${known.data}`) : stage
    },
    [text],
  )
}
