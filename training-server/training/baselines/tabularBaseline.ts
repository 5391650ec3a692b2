import { heldOutEvaluation, readingOf } from '../../evaluation/heldOutEvaluation.ts'
import type { ModelEvaluation } from '../../evaluation/modelEvaluation.ts'
import { probeRecordings } from '../../evaluation/probes/conditions.ts'
import { recordingProbability } from '@spira/shared/model/calibration.ts'
import type { ScoredRecording } from '../calibration.ts'
import type { Experiment } from '../experiment.ts'
import { readSpeech } from '../speech.ts'
import { splitByParticipant } from '../split.ts'
import type { TrainingExample } from '../trainingRequest.ts'
import { fitLogisticRegression, logOdds, type LogisticRegression } from './logisticRegression.ts'

/** What a baseline looks at: a list of named numbers of each recording, null where one was not measured. */
export interface Tabular {
  readonly columns: readonly string[]
  open(): Promise<RowReader>
}

export type Row = readonly (number | null)[]

export interface RowReader {
  row(samples: Float32Array, example: TrainingExample): Row | Promise<Row>
  close(): Promise<void>
}

export interface TabularBaseline {
  readonly columns: readonly string[]
  readonly model: LogisticRegression
  readonly evaluation: ModelEvaluation
}

/**
 * Logistic regression on a few numbers a recording, trained and evaluated as a network is: the same people train, choose temperature and
 * threshold, and test, under the same conditions. A baseline that a person can read, and that a network has to beat.
 *
 * @throws SpiraError dataset_too_small.
 */
export async function tabularBaseline(
  examples: readonly TrainingExample[],
  experiment: Experiment,
  { columns, open }: Tabular,
): Promise<TabularBaseline> {
  const reader = await open()
  try {
    return { columns, ...(await fitted(examples, experiment, reader)) }
  } finally {
    await reader.close()
  }
}

async function fitted(
  examples: readonly TrainingExample[],
  experiment: Experiment,
  { row }: RowReader,
): Promise<Omit<TabularBaseline, 'columns'>> {
  const parts = splitByParticipant(examples, experiment.split)
  const rows = async (part: readonly TrainingExample[]) => {
    const read: Row[] = []
    for (const example of part) read.push(await row(await readSpeech(example.wavPath), example))
    return read
  }
  const model = fitLogisticRegression(
    await rows(parts.train),
    parts.train.map(({ label }) => label),
  )
  const onValidation = (await rows(parts.validation)).map((values, at): ScoredRecording => {
    const { participantId, label } = parts.validation[at]
    return { participantId, label, logits: [logOdds(model, values)] }
  })
  const reading = readingOf(onValidation, experiment)
  const probed = await probeRecordings(
    parts.test,
    async (samples, example) => recordingProbability([logOdds(model, await row(samples, example))], reading),
    { seed: experiment.seed, ...experiment.evaluation },
  )
  return { model, evaluation: heldOutEvaluation(probed, reading, experiment) }
}
