import { useBlocker } from '@tanstack/react-router'
import { useEffect, useMemo, useRef, useState } from 'react'
import { ResultView } from '../assessment/ResultView.tsx'
import { useBedside, useLive } from '../app/BedsideContext.tsx'
import { holdEncounterOpen } from '../app/encounterOpen.ts'
import { FailurePanel } from '../app/FailurePanel.tsx'
import { NotFoundView } from '../app/NotFoundView.tsx'
import { useAction } from '../app/useAction.ts'
import { useStill } from '../app/useStill.ts'
import type { EncounterDetail, EncounterStep } from '../bedside/bedside.ts'
import { RecordView } from '../recording/RecordView.tsx'
import { AnswersStep } from '../forms/AnswersStep.tsx'
import { ChangePatient } from './ChangePatient.tsx'
import { ConsentStep } from './ConsentStep.tsx'
import styles from './EncounterView.module.css'
import { ParticipantStep } from './ParticipantStep.tsx'
import { PatientBanner } from './PatientBanner.tsx'
import { SavedEncounterView } from './SavedEncounterView.tsx'
import { StepTrail } from './StepTrail.tsx'
import { useKnownPatient } from './useKnownPatient.tsx'

/** An encounter: its steps while it is a draft, what was saved afterwards. */
export function EncounterView({ encounterId }: { encounterId: string }) {
  const { encounters } = useBedside()
  const detail = useLive(useMemo(() => encounters.detail(encounterId), [encounters, encounterId]))
  if (detail === null) return <Missing />
  return detail.state === 'complete' ? <SavedEncounterView detail={detail} /> : <Steps detail={detail} />
}

/** Before the device has answered, an encounter is missing too: the sentence waits until it must be true. */
function Missing() {
  return useStill(true, 1500) ? <NotFoundView /> : null
}

function Steps({ detail }: { detail: EncounterDetail }) {
  const { encounters } = useBedside()
  const { id, step } = detail.draft
  const [recording, setRecording] = useState(false)
  const visit = useAction((next: EncounterStep) => encounters.update(id, { step: next }))
  const known = useKnownPatient(detail)
  // The first step asks before it lets anybody go on, whichever way they go.
  const leaveFirst = useRef<((to: EncounterStep) => void) | null>(null)
  const goTo = (to: EncounterStep) => (leaveFirst.current ?? visit.run)(to)
  // The app is not exchanged for a newer one while somebody fills this in, in whichever window.
  useEffect(holdEncounterOpen, [])
  useBlocker({ shouldBlockFn: () => true, disabled: !recording, enableBeforeUnload: recording })
  return (
    <>
      <PatientBanner detail={detail} locked={recording} action={!recording && <ChangePatient detail={detail} />}>
        <StepTrail detail={detail} onVisit={goTo} locked={recording} />
      </PatientBanner>
      {visit.error !== null && (
        <div className={styles.failure}>
          <FailurePanel error={visit.error} />
        </div>
      )}
      {step === 'participant' && (
        <ParticipantStep key={detail.draft.participant.id} detail={detail} onKnown={known.choose} leave={leaveFirst} />
      )}
      {known.question}
      {step === 'consent' && <ConsentStep detail={detail} />}
      {step === 'answers' && <AnswersStep detail={detail} />}
      {step === 'record' && (
        <RecordView detail={detail} onRecording={setRecording} onResult={() => visit.run('result')} />
      )}
      {step === 'result' && <ResultView detail={detail} />}
    </>
  )
}
