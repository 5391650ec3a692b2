import type { ProtocolTask } from '@spira/shared/protocol/clinicalProtocol.ts'
import type { Task } from '@spira/shared/protocol/records.ts'
import type { Take } from '../bedside/bedside.ts'

/** The newest take of a task that was not redone; null before there is one. */
export function takeOfTask(takes: readonly Take[], task: Task): Take | null {
  return (
    takes
      .filter((take) => take.task === task && take.state !== 'rejected')
      .toSorted((a, b) => b.startedAt.localeCompare(a.startedAt))[0] ?? null
  )
}

/** Expected tasks that no take is kept of, in the protocol's order. */
export const missingTasks = (tasks: readonly ProtocolTask[], takes: readonly Take[]): readonly ProtocolTask[] =>
  tasks.filter(({ task, expected }) => expected && takeOfTask(takes, task) === null)

/** The protocol expects the consent spoken, and it is not recorded: it cannot be had later. */
export const lacksSpokenConsent = (tasks: readonly ProtocolTask[], takes: readonly Take[]): boolean =>
  missingTasks(tasks, takes).some(({ task }) => task === 'spoken-consent')

/** The first expected task after `after` (from the start without it) that has no take yet; null when all have. */
export function nextTask(tasks: readonly ProtocolTask[], takes: readonly Take[], after: Task | null): Task | null {
  const open = ({ task, expected }: ProtocolTask): boolean => expected && takeOfTask(takes, task) === null
  const from = tasks.findIndex(({ task }) => task === after) + 1
  return (
    (tasks.slice(from).find(open) ?? tasks.slice(0, from).find((each) => each.task !== after && open(each)))?.task ??
    null
  )
}
