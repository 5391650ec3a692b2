import { expect, test } from 'vitest'
import { withoutSite } from './retraining.ts'
import type { TrainingExample } from './trainingRequest.ts'

const recorded = (participantId: string, siteId: string): TrainingExample => ({
  recordingId: `${participantId} ${siteId}`,
  participantId,
  siteId,
  label: 0,
  wavPath: '',
})

test('promise 6: who was recorded at two sites is no stranger to either', () => {
  const train = [recorded('both', 'home'), recorded('both', 'ward'), recorded('home alone', 'home')]
  const validation = [recorded('another', 'home'), recorded('another', 'ward')]
  const parts = { train, validation, test: [recorded('ward alone', 'ward')] }
  const held = withoutSite(parts, 'ward')
  expect(held.there.map(({ participantId }) => participantId)).toEqual(['both', 'another', 'ward alone'])
  expect(held.train.map(({ participantId }) => participantId)).toEqual(['home alone'])
  expect(held.validation).toEqual([])
})
