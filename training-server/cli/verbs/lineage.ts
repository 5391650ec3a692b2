import { parseArgs } from 'node:util'
import { idSchema } from '@spira/shared/protocol/ids.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { lineageOfModel, lineageOfRecording } from '../../lineage/lineage.ts'
import { withServerContext } from '../serverContext.ts'
import { optionOf, UsageError, type Verb } from '../verb.ts'

const verb: Verb = {
  summary: 'what a model learned from, or which models a recording is in',
  help: `spira lineage MODEL_ID|RECORDING_ID [--data DIR] [--json]

  Of a model: its run, configuration, code, machine and seed, each stage with the hashes of what went in and came out, and
  every recording with the part it had. Of a recording: every dataset version, run and model it is in, and as what.`,
  async run(args) {
    const { values, positionals } = parse(args)
    const [given, ...more] = positionals
    if (given === undefined || more.length > 0) throw new UsageError('It takes one id.')
    const id = optionOf('The id', idSchema, given)
    return withServerContext(values.data, async (context) => {
      const model = await lineageOfModel(context, id).catch(unknown)
      if (model !== null) {
        if (values.json === true) console.log(JSON.stringify(model))
        else {
          console.log(`model version ${model.version} (${model.status}), ONNX ${model.onnxSha256}`)
          console.log(
            `  run ${model.runId}, started by ${model.startedBy}, seed ${model.seed}, code ${model.codeVersion}`,
          )
          console.log(`  configuration ${model.configurationHash}, features ${model.featureSpecHash}`)
          console.log(`  on ${model.machine}`)
          console.log(`  dataset version "${model.datasetName}", content ${model.contentHash}`)
          for (const { stage, shard, inputHash, outputHash } of model.stages)
            console.log(`  ${stage.padEnd(10)} ${shard.padEnd(12)} ${inputHash ?? ''} -> ${outputHash ?? ''}`)
          for (const { recordingId, part, label, sha256 } of model.recordings)
            console.log(`  ${(part ?? 'unknown').padEnd(10)} recording ${recordingId}  label ${label}  ${sha256}`)
        }
        return 0
      }
      const recording = await lineageOfRecording(context, id).catch(unknown)
      if (recording === null) throw new Error(`There is no model and no recording ${id}.`)
      if (values.json === true) console.log(JSON.stringify(recording))
      else {
        for (const { name, contentHash, label } of recording.datasets)
          console.log(`dataset version "${name}" as ${label === 1 ? 'present' : 'absent'}, content ${contentHash}`)
        for (const { runId, runStatus, version, modelStatus, part } of recording.models)
          console.log(
            `  run ${runId} (${runStatus})${version === null ? '' : `, model version ${version} (${modelStatus ?? ''})`}: ${part ?? 'part unknown'}`,
          )
      }
      return 0
    })
  },
}
export default verb

function unknown(error: unknown): null {
  if (error instanceof SpiraError && error.code === 'not_found') return null
  throw error
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { data: { type: 'string' }, json: { type: 'boolean' } },
  })
}
