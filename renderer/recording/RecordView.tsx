import type { Task } from '@spira/shared/protocol/records.ts'
import { useLanguage } from '@spira/shared/ui/LanguageContext.ts'
import { useCallback, useState } from 'react'
import { useBedside, useLive } from '../app/BedsideContext.tsx'
import { Page } from '../app/Page.tsx'
import type { EncounterDetail, MicrophoneErrorCode, Take } from '../bedside/bedside.ts'
import { CopyNotice } from './CopyNotice.tsx'
import { InterruptedPanel } from './InterruptedPanel.tsx'
import { nextTask, takeOfTask } from './taskOrder.ts'
import { TakeReview } from './TakeReview.tsx'
import { TaskStage } from './TaskStage.tsx'
import { TaskTrail } from './TaskTrail.tsx'

interface RecordViewProps {
  readonly detail: EncounterDetail
  readonly onRecording: (recording: boolean) => void
  readonly onResult: () => void
}

/** Step 4: task after task, each prompted, recorded, heard and judged before the next. */
export function RecordView({ detail, onRecording, onResult }: RecordViewProps) {
  const { language } = useLanguage()
  const { tasks } = detail.protocol
  const { takes, problemOf, taken, redone } = useTakes(detail)
  const [chosen, setChosen] = useState<Task | null>(() => nextTask(tasks, detail.takes, null))
  const [busy, setBusy] = useState(false)
  const [otherAgreed, setOtherAgreed] = useState(false)
  const interrupted = useLive(useBedside().recorder.interrupted)
  const tell = useCallback(
    (recording: boolean) => {
      setBusy(recording)
      onRecording(recording)
    },
    [onRecording],
  )
  const current = tasks.find(({ task }) => task === chosen) ?? tasks.at(-1)
  if (current === undefined) return null
  const take = takeOfTask(takes, current.task)
  const next = nextTask(tasks, takes, current.task)
  return (
    <Page title={current.title[language]}>
      <CopyNotice />
      {!busy &&
        interrupted
          .filter(({ encounterId }) => encounterId === detail.draft.id)
          .map((recording) => (
            <InterruptedPanel
              key={recording.recordingId}
              recording={recording}
              onRecovered={() => setChosen(recording.task)}
            />
          ))}
      <TaskTrail
        tasks={tasks}
        current={current.task}
        takeOf={(task) => takeOfTask(takes, task)}
        onChoose={setChosen}
        locked={busy}
      />
      {take === null ? (
        <TaskStage
          key={current.task}
          encounterId={detail.draft.id}
          task={current}
          spoken={detail.draft.consent?.language ?? language}
          otherAgreed={otherAgreed}
          onOtherAgreed={() => setOtherAgreed(true)}
          onRecording={tell}
          onTaken={taken}
        />
      ) : (
        <TakeReview
          key={take.recordingId}
          take={take}
          problem={problemOf(take.recordingId)}
          next={tasks.find(({ task }) => task === next) ?? null}
          onNext={() => setChosen(next)}
          onResult={onResult}
          onRedone={redone}
        />
      )}
    </Page>
  )
}

/** The encounter's takes, with what was just taken or redone at once: the device's own list follows a moment later. */
function useTakes({ takes }: EncounterDetail) {
  const [made, setMade] = useState<readonly Take[]>([])
  const [problems, setProblems] = useState<ReadonlyMap<string, MicrophoneErrorCode>>(new Map())
  const [rejected, setRejected] = useState<ReadonlySet<string>>(new Set())
  const known = new Set(takes.map(({ recordingId }) => recordingId))
  return {
    takes: [...takes, ...made.filter(({ recordingId }) => !known.has(recordingId))].filter(
      ({ recordingId }) => !rejected.has(recordingId),
    ),
    problemOf: (recordingId: string): MicrophoneErrorCode | null => problems.get(recordingId) ?? null,
    taken: useCallback((take: Take, problem: MicrophoneErrorCode | null) => {
      setMade((before) => [...before, take])
      if (problem !== null) setProblems((before) => new Map(before).set(take.recordingId, problem))
    }, []),
    redone: useCallback((recordingId: string) => setRejected((before) => new Set(before).add(recordingId)), []),
  }
}
