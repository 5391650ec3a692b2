import { create, toBinary } from '@bufbuild/protobuf'
import {
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  TensorProtoSchema,
  TensorProto_DataType as DataType,
  TensorShapeProtoSchema,
  TensorShapeProto_DimensionSchema,
  TypeProtoSchema,
  TypeProto_TensorSchema,
  ValueInfoProtoSchema,
  type AttributeProto,
  type GraphProto,
  type TensorProto,
  type ValueInfoProto,
} from 'onnx-buf'
import { utf8 } from '@spira/shared/protocol/bytes.ts'

/** Operator set of every file written here: known to onnxruntime-node and onnxruntime-web alike. */
export const OPSET = 20
/** IR version of ONNX 1.15, the release that brought opset 20. */
const IR_VERSION = 9

/** A value in the graph, by its name. */
export type Value = string
/** A number is a fixed size, a string names a size that is known only when the graph runs. */
export type Dimension = number | string
export type Attribute = number | readonly number[] | string | { readonly float: number }

/**
 * Writes one ONNX graph, node after node. Operators are called by their ONNX names (https://onnx.ai/onnx/operators);
 * what they compute is checked by the runtime when the session is made, and by the gradient tests.
 */
export class GraphBuilder {
  readonly #graph: GraphProto = create(GraphProtoSchema, { name: 'spira' })
  readonly #constants = new Map<string, Value>()
  #names = 0

  /** An input to be fed. */
  input(name: string, shape: readonly Dimension[], type: 'float32' | 'uint16' = 'float32'): Value {
    this.#graph.input.push(valueInfo(name, shape, type === 'float32' ? DataType.FLOAT : DataType.UINT16))
    return name
  }

  /** A float32 tensor stored in the file, such as a trained weight. */
  weight(name: string, data: Float32Array, shape: readonly number[]): Value {
    this.#graph.initializer.push(tensor(name, DataType.FLOAT, shape, Float32Array.from(data).buffer))
    return name
  }

  /** A float32 constant: a scalar, or a list. Equal constants are stored once. */
  float(value: number | readonly number[]): Value {
    const list = typeof value === 'number' ? [value] : value
    return this.#constant(`f${typeof value === 'number' ? '' : 'list'}:${list}`, () =>
      tensor(
        this.#nextName('float'),
        DataType.FLOAT,
        typeof value === 'number' ? [] : [list.length],
        Float32Array.from(list).buffer,
      ),
    )
  }

  /** A list of int64 constants: the axes, shapes and bounds that operators take as inputs. */
  ints(...values: readonly number[]): Value {
    return this.#constant(`i:${values}`, () =>
      tensor(this.#nextName('ints'), DataType.INT64, [values.length], BigInt64Array.from(values, BigInt).buffer),
    )
  }

  /** Adds a node with one output. */
  op(type: string, inputs: readonly Value[], attributes: Readonly<Record<string, Attribute>> = {}): Value {
    const output = this.#nextName(type)
    this.opTo([output], type, inputs, attributes)
    return output
  }

  /** Adds a node whose outputs are named by the caller; an empty name leaves an optional output out. */
  opTo(
    outputs: readonly Value[],
    type: string,
    inputs: readonly Value[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): void {
    this.#graph.node.push(
      create(NodeProtoSchema, {
        name: outputs[0] ?? type,
        opType: type,
        input: [...inputs],
        output: [...outputs],
        attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
      }),
    )
  }

  /** A name nothing else in this graph has. */
  newName(hint: string): Value {
    return this.#nextName(hint)
  }

  reshape(value: Value, ...shape: readonly number[]): Value {
    return this.op('Reshape', [value, this.ints(...shape)])
  }

  add = (a: Value, b: Value): Value => this.op('Add', [a, b])
  sub = (a: Value, b: Value): Value => this.op('Sub', [a, b])
  mul = (a: Value, b: Value): Value => this.op('Mul', [a, b])
  div = (a: Value, b: Value): Value => this.op('Div', [a, b])

  /** Sum over `axes`, which vanish. */
  sum(value: Value, ...axes: readonly number[]): Value {
    return this.op('ReduceSum', [value, this.ints(...axes)], { keepdims: 0 })
  }

  /** The part [from, to) of `axis`. */
  slice(value: Value, axis: number, from: number, to: number, step = 1): Value {
    return this.op('Slice', [value, this.ints(from), this.ints(to), this.ints(axis), this.ints(step)])
  }

  /** Makes `value` an output of the graph under `name`. */
  output(name: string, value: Value, shape: readonly Dimension[]): void {
    this.opTo([name], 'Identity', [value])
    this.#graph.output.push(valueInfo(name, shape, DataType.FLOAT))
  }

  /** @returns the bytes of an .onnx file; the same calls give the same bytes. */
  toOnnx(metadata: Readonly<Record<string, string>> = {}): Uint8Array<ArrayBuffer> {
    return toBinary(
      ModelProtoSchema,
      create(ModelProtoSchema, {
        irVersion: BigInt(IR_VERSION),
        producerName: 'spira-edge',
        opsetImport: [create(OperatorSetIdProtoSchema, { domain: '', version: BigInt(OPSET) })],
        graph: this.#graph,
        metadataProps: Object.entries(metadata).map(([key, value]) =>
          create(StringStringEntryProtoSchema, { key, value }),
        ),
      }),
    )
  }

  #constant(key: string, make: () => TensorProto): Value {
    const known = this.#constants.get(key)
    if (known !== undefined) return known
    const made = make()
    this.#graph.initializer.push(made)
    this.#constants.set(key, made.name)
    return made.name
  }

  #nextName(hint: string): Value {
    this.#names += 1
    return `${hint}_${this.#names}`
  }
}

function tensor(name: string, dataType: DataType, shape: readonly number[], data: ArrayBuffer): TensorProto {
  return create(TensorProtoSchema, { name, dataType, dims: shape.map(BigInt), rawData: new Uint8Array(data) })
}

function valueInfo(name: string, shape: readonly Dimension[], elemType: DataType): ValueInfoProto {
  const dim = shape.map((size) =>
    create(TensorShapeProto_DimensionSchema, {
      value: typeof size === 'number' ? { case: 'dimValue', value: BigInt(size) } : { case: 'dimParam', value: size },
    }),
  )
  const type = create(TypeProto_TensorSchema, {
    elemType,
    shape: create(TensorShapeProtoSchema, { dim }),
  })
  return create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, { value: { case: 'tensorType', value: type } }),
  })
}

function attribute(name: string, value: Attribute): AttributeProto {
  if (typeof value === 'string')
    return create(AttributeProtoSchema, { name, type: AttributeType.STRING, s: utf8(value) })
  if (typeof value === 'number')
    return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(value) })
  if ('float' in value) return create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: value.float })
  return create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: value.map(BigInt) })
}
