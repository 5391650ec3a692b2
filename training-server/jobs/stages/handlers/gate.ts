import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { modelManifestSchema } from '@spira/shared/model/manifest.ts'
import { gateCriterionSchema } from '@spira/shared/protocol/consoleApi.ts'
import { crossValidated } from '../../../evaluation/crossValidation.ts'
import type { ModelEvaluation } from '../../../evaluation/modelEvaluation.ts'
import { decide, type GateDecision } from '../../../models/gate/decision.ts'
import { criterionSentence } from '../../../models/gate/judge.ts'
import { modelOf } from '../../../models/registry.ts'
import type { RunRecord } from '../../../training/publishModel.ts'
import { outputOf, putJson } from '../inputs.ts'
import type { StageHandler, StageWork } from './handler.ts'
import { judgeRegistered } from './judgeRegistered.ts'
import { requestOf } from './train.ts'

/** What the gate found of the run's best model. */
export const gateReportSchema = z.object({
  /** The shard whose model it is about. */
  chosen: z.string(),
  /** As it was then: a run may be resumed under a later plan, whose form is another. */
  plan: z.looseObject({ version: z.int() }),
  planHash: z.string(),
  championVersion: z.number().nullable(),
  underWayVersion: z.number().nullable().default(null),
  criteria: z.array(gateCriterionSchema),
  passed: z.boolean(),
})
export type GateReport = z.infer<typeof gateReportSchema>

/**
 * Takes the model with the least validation loss of those that the run's seeds gave, and holds it to the change-control plan. What was
 * found is kept whatever it is: a candidate that fails is there to be looked at, and cannot be approved. Of a run that has left its model
 * already, that model is judged again.
 */
export const gate: StageHandler = async (work) => {
  const { context, inputs, progress, run, stage } = work
  const registered = await modelOf(context.db, run.id)
  if (registered !== undefined) {
    const newer = await judgeRegistered(work, registered.modelId)
    if (newer !== null) say(progress, `model version ${registered.version}`, newer)
    return { output: stage.output ?? {} }
  }
  const chosen = await chooseBySeed(work)
  const file = async (name: string) =>
    readFile(await context.blobs.localPath(outputOf(inputs, 'evaluate', chosen, name)))
  const evaluation = JSON.parse((await file('evaluation')).toString()) as ModelEvaluation
  const scored = new Set(evaluation.scores.map(({ recordingId }) => recordingId))
  const { examples } = await requestOf({ ...work, stage: { ...work.stage, shard: chosen } })
  const decision = await decide(
    context,
    {
      manifest: modelManifestSchema.omit({ version: true }).parse(JSON.parse((await file('manifest')).toString())),
      onnx: new Uint8Array(await file('onnx')),
      golden: (await file('golden')).toString(),
      evaluation,
      datasetVersionId: work.run.datasetVersionId,
      tested: examples.filter(({ recordingId }) => scored.has(recordingId)),
    },
    work.signal,
  )
  say(progress, chosen, decision)
  const report: GateReport = { chosen, ...decision, criteria: [...decision.criteria] }
  const folds = await crossValidation(work)
  return {
    output: {
      report: await putJson(context, report),
      ...(folds === null ? {} : { crossValidation: await putJson(context, folds) }),
    },
  }
}

function say(
  progress: StageWork['progress'],
  what: string,
  { criteria, championVersion, underWayVersion }: GateDecision,
): void {
  const missed = criteria.filter(({ passed }) => !passed)
  const underWay = underWayVersion === null ? '' : `, and beside version ${underWayVersion}, whose release is under way`
  const beside = `${championVersion === null ? 'there is no champion' : `beside champion ${championVersion}`}${underWay}`
  progress.say(
    `${what}, ${beside}: ${missed.length === 0 ? 'every criterion of the plan is met' : `${missed.length} of ${criteria.length} criteria missed`}`,
  )
  for (const criterion of missed) progress.say(criterionSentence(criterion))
}

/** On validation alone: the test participants choose nothing. */
async function chooseBySeed({ context, run, inputs }: StageWork): Promise<string> {
  let best: { readonly shard: string; readonly loss: number } | null = null
  for (const seed of run.plan.seeds) {
    const shard = `seed ${seed}`
    const record = JSON.parse(
      await readFile(await context.blobs.localPath(outputOf(inputs, 'evaluate', shard, 'record')), 'utf8'),
    ) as RunRecord
    const loss = record.history.find(({ epoch }) => epoch === record.bestEpoch)?.validationLoss ?? Infinity
    if (best === null || loss < best.loss) best = { shard, loss }
  }
  if (best === null) throw new Error('The run has no seed.')
  return best.shard
}

/** Figures over everybody who is not held out, each from a model that has not heard them. */
async function crossValidation({ context, run, inputs }: StageWork) {
  const { folds, seeds } = run.plan
  if (folds === 0) return null
  const results = await Promise.all(
    Array.from({ length: folds }, async (_, at) => {
      const name = `fold ${at + 1} of ${folds}`
      const path = await context.blobs.localPath(outputOf(inputs, 'evaluate', name, 'evaluation'))
      return { name, evaluation: JSON.parse(await readFile(path, 'utf8')) as ModelEvaluation }
    }),
  )
  return crossValidated(results, seeds[0] ?? 1)
}
