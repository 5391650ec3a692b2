import { defaultProtocol } from '@spira/shared/protocol/clinicalProtocolDefault.ts'
import type { Task } from '@spira/shared/protocol/records.ts'
import { expect, test } from 'vitest'
import type { Take } from '../bedside/bedside.ts'
import { missingTasks, nextTask, takeOfTask } from './taskOrder.ts'

const take = (task: Task, startedAt: string, state: Take['state'] = 'taken'): Take => ({
  recordingId: `${task} ${startedAt}`,
  task,
  startedAt,
  durationMs: 1000,
  capture: { source: 'track-processor', sampleRateHz: 48_000, channelCount: 1 },
  quality: {
    durationMs: 1000,
    peakDbfs: -6,
    rmsDbfs: -20,
    clippedShare: 0,
    activeMs: 900,
    snrDb: 20,
    droppedMs: 0,
    findings: [],
    verdict: 'good',
  },
  state,
  audio: 'here',
  outcome: { status: 'failed', reason: 'task_not_assessed' },
  earlier: [],
})

test('leads through the expected tasks in their order, past what is done, and back to what was left out', () => {
  const { tasks } = defaultProtocol
  const expected = tasks.filter((each) => each.expected).map(({ task }) => task)
  expect(nextTask(tasks, [], null)).toBe(expected[0])
  const [first, second, third] = expected
  if (first === undefined || second === undefined || third === undefined) throw new Error('three tasks at least')
  expect(nextTask(tasks, [take(first, '1')], first)).toBe(second)
  expect(nextTask(tasks, [take(first, '1'), take(second, '2')], first)).toBe(third)
  const last = expected.at(-1) ?? third
  expect(nextTask(tasks, [take(last, '1')], last)).toBe(first)
  expect(
    nextTask(
      tasks,
      expected.map((task) => take(task, '1')),
      first,
    ),
  ).toBeNull()
})

test('a redone take does not stand for its task, the newest does', () => {
  const takes = [take('read-sentence', '1'), take('read-sentence', '3', 'rejected'), take('read-sentence', '2')]
  expect(takeOfTask(takes, 'read-sentence')?.startedAt).toBe('2')
  expect(takeOfTask([take('read-sentence', '1', 'rejected')], 'read-sentence')).toBeNull()
})

test('names every expected task that no take is kept of: the spoken consent, too; nobody misses free speech', () => {
  const { tasks } = defaultProtocol
  const names = (...takes: readonly Take[]) => missingTasks(tasks, takes).map(({ task }) => task)
  expect(names(take('read-sentence', '1'), take('spoken-consent', '2', 'rejected'))).toEqual([
    'spoken-consent',
    'ambient-noise',
    'sustained-vowel',
    'nursery-rhyme',
  ])
  expect(names(...tasks.filter(({ expected }) => expected).map(({ task }) => take(task, '1')))).toEqual([])
})
