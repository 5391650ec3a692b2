import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { spokenTextSchema } from '@spira/shared/protocol/clinicalProtocol.ts'
import { probeNames } from '../../evaluation/probes/probes.ts'
import { hashOf } from '../../jobs/stages/inputs.ts'

/**
 * What a model must show before it may replace another, declared before any is trained (a predetermined change control plan in the
 * sense of the FDA's guidance of 2024): plan.json, versioned; its hash is kept with every decision made under it.
 */
export const gatePlanSchema = z.strictObject({
  schema: z.literal(1),
  version: z.int().positive(),
  intent: z.string().min(1),
  /** Of the difference to the champion's figure over the same participants, the 95 % interval must lie above -margin. */
  notWorseThanChampion: z.strictObject({
    metric: z.literal('rocAuc'),
    margin: z.number().positive().max(0.5),
    /** With fewer participants of a class nothing is said. */
    leastOfAClass: z.int().min(2),
  }),
  /**
   * Of the recordings that the champion's dataset version and this one share, so many may have another label now. A network learns through a
   * fifth of false labels, and is then measured by them: neither its figures nor the champion's would tell.
   */
  labelsTurned: z.strictObject({
    shareAtMost: z.number().min(0).max(1),
    /** With fewer in common nothing is said. */
    leastRecordings: z.int().min(1),
  }),
  siteFloor: z.strictObject({
    metric: z.literal('rocAuc'),
    atLeast: z.number().min(0).max(1),
    leastOfAClass: z.int().min(2),
  }),
  /** A model that always says 0.5 has a Brier score of 0.25. */
  calibration: z.strictObject({ brierAtMost: z.number().positive().max(1) }),
  /**
   * Each must be passed: what could not be told, or was not run, was not shown. Where a cohort may be too small to tell, the plan says so
   * beforehand: which outcome it lets through, up to how many people, and why. Never of a model that learned from patients.
   */
  probes: z
    .array(
      z.strictObject({
        name: z.enum(probeNames),
        mayBe: z
          .strictObject({
            outcomes: z.array(z.enum(['inconclusive', 'not-run'])).min(1),
            trainedOn: z.literal('simulated'),
            /** While the probe has fewer of one class. */
            fewerOfAClassThan: z.int().min(1),
            because: spokenTextSchema,
          })
          .optional(),
      }),
    )
    .min(1),
  /** Measured in the bedside's runtime, WebAssembly on one thread. */
  edge: z.strictObject({
    onnxBytesAtMost: z.int().positive(),
    windowMsAtMost: z.number().positive(),
    windows: z.int().min(1).max(100),
  }),
  /** How many must approve. */
  people: z.strictObject({
    firstRelease: z.int().min(2),
    later: z.int().min(1),
    simulatedOnly: z.int().min(1),
  }),
})
export type GatePlan = z.infer<typeof gatePlanSchema>

export const GATE_PLAN: GatePlan = gatePlanSchema.parse(
  JSON.parse(readFileSync(new URL('plan.json', import.meta.url), 'utf8')),
)
/** SHA-256 of the plan as canonical JSON. */
export const GATE_PLAN_HASH: string = hashOf(GATE_PLAN)
