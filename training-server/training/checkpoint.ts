import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { writeFileAtomically } from './atomicFile.ts'
import type { OptimiserState } from './optimiser.ts'

const headerSchema = z.object({
  schema: z.literal(2),
  /** Of the request the checkpoint belongs to: another request must not go on from it. */
  requestHash: z.string(),
  parameterCount: z.int().positive(),
  /** Epochs and optimiser steps done. Random streams start afresh with each purpose, so these are their whole state. */
  epoch: z.int(),
  step: z.int(),
  best: z.object({ epoch: z.int(), validationLoss: z.number() }),
  history: z.array(z.object({ epoch: z.int(), trainLoss: z.number(), validationLoss: z.number() })),
})

export type CheckpointHeader = z.infer<typeof headerSchema>

export interface Checkpoint extends CheckpointHeader {
  readonly state: OptimiserState
  readonly bestParameters: Float32Array
  /** The running mean of the weights; equal to them where the experiment asks for none. */
  readonly averaged: Float32Array
}

/** One file: the length of a JSON header (uint32, little-endian), the header, then five lists of float32, written atomically. */
export async function writeCheckpoint(
  path: string,
  { state, bestParameters, averaged, ...header }: Checkpoint,
): Promise<void> {
  const json = Buffer.from(JSON.stringify(header satisfies CheckpointHeader))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(json.length)
  const lists = [state.parameters, state.firstMoment, state.secondMoment, bestParameters, averaged]
  const blocks = lists.map((list) => Buffer.from(list.buffer, list.byteOffset, list.byteLength))
  await writeFileAtomically(path, Buffer.concat([length, json, ...blocks]))
}

/** @returns null where there is none yet. @throws when the checkpoint there is of another request. */
export async function readCheckpoint(path: string, requestHash: string): Promise<Checkpoint | null> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (bytes === null) return null
  const headerEnd = 4 + bytes.readUInt32LE(0)
  const header = headerSchema.parse(JSON.parse(bytes.toString('utf8', 4, headerEnd)))
  if (header.requestHash !== requestHash) {
    throw new Error(`${path} belongs to another training request. Give each run a work folder of its own.`)
  }
  const list = (index: number) => {
    const start = headerEnd + 4 * header.parameterCount * index
    return new Float32Array(Uint8Array.from(bytes.subarray(start, start + 4 * header.parameterCount)).buffer)
  }
  return {
    ...header,
    state: { parameters: list(0), firstMoment: list(1), secondMoment: list(2) },
    bestParameters: list(3),
    averaged: list(4),
  }
}
