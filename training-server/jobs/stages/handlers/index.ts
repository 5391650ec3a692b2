import type { Stage } from '@spira/shared/protocol/trainingStages.ts'
import { candidate } from './candidate.ts'
import { evaluate } from './evaluate.ts'
import { features } from './features.ts'
import { folds } from './folds.ts'
import { freeze } from './freeze.ts'
import { gate } from './gate.ts'
import type { StageHandler } from './handler.ts'
import { train } from './train.ts'

export const handlers: Readonly<Record<Stage, StageHandler>> = {
  freeze,
  features,
  folds,
  train,
  evaluate,
  gate,
  candidate,
}
