import { fromBinary } from '@bufbuild/protobuf'
import {
  ModelProtoSchema,
  TensorProto_DataLocation as DataLocation,
  TensorProto_DataType as DataType,
  type ModelProto,
  type ValueInfoProto,
} from 'onnx-buf'
import { MODEL_LIMITS } from '@spira/shared/model/manifest.ts'

/** Operator sets that the bedside's runtime has been tried with. */
const OPSETS = { least: 11, most: 22 } as const

export interface ExpectedGraph {
  readonly inputName: string
  readonly outputName: string
  readonly frames: number
  readonly bins: number
}

/**
 * Whether an ONNX file is one that a bedside device could be sent: before anything of it is run.
 *
 * @returns every problem, each with what to do; empty when there is none, and then the operator set.
 */
export function checkOnnx(
  onnx: Uint8Array,
  { inputName, outputName, frames, bins }: ExpectedGraph,
): { readonly problems: readonly string[]; readonly opset: number } {
  if (onnx.byteLength > MODEL_LIMITS.maxOnnxBytes)
    return problem(`it has ${onnx.byteLength} bytes; a device takes ${MODEL_LIMITS.maxOnnxBytes} at most`)
  const model = parsed(onnx)
  const { graph } = model ?? {}
  if (model === null || graph === undefined) return problem('it is no ONNX file')

  const problems: string[] = []
  const opset = Number(model.opsetImport.find(({ domain }) => isStandard(domain))?.version ?? 0)
  if (opset < OPSETS.least || opset > OPSETS.most)
    problems.push(`its operator set is ${opset}; export it with one from ${OPSETS.least} to ${OPSETS.most}`)
  const foreign = [...new Set(graph.node.filter(({ domain }) => !isStandard(domain)).map(({ domain }) => domain))]
  if (foreign.length > 0) problems.push(`it needs operators of ${foreign.join(', ')}, which no device has`)
  if (graph.initializer.some(({ dataLocation }) => dataLocation === DataLocation.EXTERNAL))
    problems.push('its weights lie in another file; export them inside')

  const stored = new Set(graph.initializer.map(({ name }) => name))
  const inputs = graph.input.filter(({ name }) => !stored.has(name))
  const [input] = inputs
  if (inputs.length !== 1 || input === undefined || input.name !== inputName) {
    problems.push(`its inputs are ${inputs.map(({ name }) => name).join(', ')}; it must have one, "${inputName}"`)
  } else {
    const shape = shapeOf(input)
    if (shape === null) problems.push(`its input "${inputName}" is no float32 tensor`)
    else if (shape.length !== 3 || shape[0] !== null || shape[1] !== frames || shape[2] !== bins)
      problems.push(
        `its input is [${shape.map((size) => size ?? 'any').join(', ')}]; the manifest's features and window give [any, ${frames}, ${bins}]`,
      )
  }
  const output = graph.output.find(({ name }) => name === outputName)
  if (output === undefined)
    problems.push(
      `its outputs are ${graph.output.map(({ name }) => name).join(', ')}; "${outputName}" is not among them`,
    )
  else if (shapeOf(output) === null) problems.push(`its output "${outputName}" is no float32 tensor`)
  return { problems, opset }
}

const problem = (sentence: string) => ({ problems: [sentence], opset: 0 })
/** `elemType` is a plain number in the file's format. */
const FLOAT: number = DataType.FLOAT
const isStandard = (domain: string): boolean => domain === '' || domain === 'ai.onnx'

function parsed(onnx: Uint8Array): ModelProto | null {
  try {
    return fromBinary(ModelProtoSchema, onnx)
  } catch {
    return null
  }
}

/** Sizes, null where any is taken; null in all for what is no float32 tensor. */
function shapeOf({ type }: ValueInfoProto): readonly (number | null)[] | null {
  if (type?.value.case !== 'tensorType' || type.value.value.elemType !== FLOAT) return null
  return (type.value.value.shape?.dim ?? []).map(({ value }) =>
    value.case === 'dimValue' && value.value > 0n ? Number(value.value) : null,
  )
}
