import { recordingProbability } from '@spira/shared/model/calibration.ts'
import type { TrainingExample } from '../trainingRequest.ts'
import { bedsideFindings } from './bedsideFindings.ts'
import { fitLogisticRegression, logOdds } from './logisticRegression.ts'

/**
 * Scores of the test recordings by vitals and symptoms alone: a logistic regression fitted to those that a network is trained on. No sound is
 * read.
 *
 * @returns null where no vital or symptom is known of whom is trained on.
 */
export function findingsAlone({
  train,
  test,
}: {
  readonly train: readonly TrainingExample[]
  readonly test: readonly TrainingExample[]
}) {
  const findings = bedsideFindings(train)
  if (findings === null) return null
  const model = fitLogisticRegression(
    train.map(findings.row),
    train.map(({ label }) => label),
  )
  const scores = test.map((example) => ({
    participantId: example.participantId,
    label: example.label,
    probability: recordingProbability([logOdds(model, findings.row(example))], { temperature: 1 }),
  }))
  return { columns: findings.columns, scores }
}
