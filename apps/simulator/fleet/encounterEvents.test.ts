import { expect, test } from 'vitest'
import { deviceEventSchema } from '@spira/shared/protocol/events.ts'
import { measureQuality } from '@spira/shared/signal/quality.ts'
import { planCohort } from '../cohort/cohort.ts'
import { simulateSpeaker } from '../voice/simulateSpeaker.ts'
import { encounterEvents, EVENTS_PER_ENCOUNTER } from './encounterEvents.ts'

test('the events of an encounter are what the protocol asks, numbered without holes, and refer to each other', async () => {
  const simulated = await simulateSpeaker({ seed: 3, condition: 'present', task: 'read-sentence', seconds: 3 })
  const { recordingId, events } = encounterEvents(
    {
      siteId: '01a20789-c453-73cb-9cbc-85ee6c9526d8',
      participantCode: 'P-7F3K2',
      startedAtMs: Date.UTC(2026, 10, 23, 8),
      simulated,
      audio: { sampleCount: 48_000, byteLength: 96_044, sha256: 'a'.repeat(64) },
      quality: measureQuality(simulated.samples, { interrupted: false, processedByBrowser: false }),
    },
    9,
  )
  expect(events.map((event) => deviceEventSchema.parse(event))).toEqual(events)
  expect(events.map(({ sequence }) => sequence)).toEqual([9, 10, 11, 12])
  expect(events).toHaveLength(EVENTS_PER_ENCOUNTER)
  const [participant, encounter, recording, label] = events.map(({ payload }) => payload as Record<string, unknown>)
  expect(encounter?.['participantId']).toBe(participant?.['id'])
  expect(recording).toMatchObject({
    id: recordingId,
    encounterId: encounter?.['id'],
    participantId: participant?.['id'],
  })
  expect(label).toMatchObject({ encounterId: encounter?.['id'], value: 'present', establishedBy: 'simulated' })
})

test('a cohort is half and half, and the same for the same seed', () => {
  const cohort = planCohort(31, 5)
  expect(cohort.filter(({ condition }) => condition === 'present')).toHaveLength(15)
  expect(new Set(cohort.map(({ seed }) => seed)).size).toBe(31)
  expect(planCohort(31, 5)).toEqual(cohort)
  expect(planCohort(31, 6)).not.toEqual(cohort)
})
