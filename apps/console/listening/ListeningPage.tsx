import { CELL_SECONDS, relevantSeconds } from '@spira/shared/model/relevantSeconds.ts'
import { judgesByEar, type ShownDetail } from '@spira/shared/protocol/annotatorSight.ts'
import type { RecordingDetail } from '@spira/shared/protocol/recordingsApi.ts'
import { Panel } from '@spira/shared/ui/Panel.tsx'
import { ScoreScale } from '@spira/shared/ui/ScoreScale.tsx'
import { IconClockHour4, IconFlask } from '@tabler/icons-react'
import { Link, useParams } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useRole } from '../account/session.ts'
import { useText } from '../catalogue.ts'
import { CurationPanel } from '../curation/CurationPanel.tsx'
import { useMarks } from '../curation/useMarks.ts'
import { BackLink } from '../frame/BackLink.tsx'
import { Failure } from '../frame/Failure.tsx'
import { Loading } from '../frame/Loading.tsx'
import { Page } from '../frame/Page.tsx'
import { useDay } from '../frame/useFormats.ts'
import { sexText } from '../recordings/columns.tsx'
import { CurationBadge, LabelBadge, QualityBadge } from '../recordings/RecordingBadges.tsx'
import { useRecording } from '../recordings/recordings.ts'
import { EncounterHistory } from './EncounterHistory.tsx'
import { KeyList } from './KeyList.tsx'
import { LabelHistory } from './LabelHistory.tsx'
import link from '../frame/link.module.css'
import styles from './ListeningPage.module.css'
import { QualityFacts } from './QualityFacts.tsx'
import { SoundView } from './SoundView.tsx'
import { useSound } from './useSound.ts'
import { SOUND_KEYS, useSoundKeys } from './useSoundKeys.ts'

/** One recording: to see, to hear, to judge. */
export function ListeningPage() {
  const text = useText()
  const role = useRole()
  const { recordingId } = useParams({ from: '/recordings/$recordingId' })
  const recording = useRecording(recordingId)
  if (recording.isPending) return <Loading lines={10} />
  if (recording.data === undefined) return <Failure error={recording.error} onRetry={() => void recording.refetch()} />
  return (
    <Page
      title={recording.data.participantCode}
      explanation={text(`task.${recording.data.task}`)}
      actions={
        <BackLink to="/recordings" search>
          {text('listening.back')}
        </BackLink>
      }
    >
      <Listening key={recordingId} recording={recording.data} blind={judgesByEar(role)} />
    </Page>
  )
}

interface ListeningProps {
  readonly recording: ShownDetail
  /** To be judged by ear: nothing of what the ward or the model said of it, and nothing of whom it is. */
  readonly blind?: boolean
  readonly onJudged?: () => void
}

/** The parts of the page; also those of the curation queue, where it is `blind`. */
export function Listening({ recording, blind = false, onJudged }: ListeningProps) {
  const text = useText()
  const day = useDay()
  const role = useRole()
  const known = !blind && 'labels' in recording ? recording : null
  return (
    <div className={styles.listening} data-testid="recording-details" data-wide-page>
      <p className={styles.facts}>
        {known !== null && <LabelBadge label={known.label} />}
        <QualityBadge verdict={recording.quality} />
        {known !== null && (
          <>
            <CurationBadge state={known.curation} annotators={0} />
            <span>
              {recording.siteName} · {day(recording.startedAt)}
              {recording.sex !== null && <> · {text(sexText(recording.sex))}</>}
              {recording.ageYears !== null && <> · {text('recording.years', { years: recording.ageYears })}</>}
            </span>
          </>
        )}
      </p>
      {recording.simulated && <Panel tone="warn" icon={IconFlask} title={text('simulated.recording')} />}
      {recording.filed ? (
        <SoundAndJudgement
          recording={recording}
          blind={blind}
          mayJudge={role !== 'auditor'}
          {...(onJudged && { onJudged })}
        />
      ) : (
        <Panel tone="plain" icon={IconClockHour4} title={text('recording.audioUnderWay')} />
      )}
      {known === null ? (
        <section className={styles.card}>
          <h2>{text('recording.quality')}</h2>
          <QualityFacts report={recording.qualityReport} />
          <p className={styles.muted}>{text(judgesByEar(role) ? 'recordings.byEar' : 'curation.blind')}</p>
        </section>
      ) : (
        <WhatIsKnown recording={known} />
      )}
    </div>
  )
}

/** What the model, the ward and the server say of it, and the participant's other encounters. */
function WhatIsKnown({ recording }: { recording: RecordingDetail }) {
  const text = useText()
  const day = useDay()
  const role = useRole()
  const [assessment] = recording.assessments
  return (
    <>
      <div className={styles.columns}>
        <section className={styles.card}>
          <h2>{text('recording.assessment')}</h2>
          {assessment === undefined ? (
            <p className={styles.muted}>{text('score.none')}</p>
          ) : (
            <ScoreScale assessment={assessment} />
          )}
        </section>
        <section className={styles.card}>
          <h2>{text('recording.quality')}</h2>
          <QualityFacts report={recording.qualityReport} />
        </section>
        <section className={styles.card}>
          <h2>{text('recording.label')}</h2>
          <LabelHistory labels={recording.labels} />
          <h2>{text('recording.proof')}</h2>
          <dl className={styles.proof}>
            <dt>{text('recording.filedAt')}</dt>
            <dd>{recording.filedAt === null ? '–' : day(recording.filedAt)}</dd>
            <dt>SHA-256</dt>
            <dd>
              <code data-testid="recording-sha256">{recording.sha256}</code>
            </dd>
          </dl>
          {role !== 'annotator' && (
            <Link
              className={link.link}
              to="/recordings/$recordingId/lineage"
              params={{ recordingId: recording.id }}
              data-testid="recording-lineage"
            >
              {text('lineage.ofRecording')}
            </Link>
          )}
        </section>
      </div>
      <section className={styles.card}>
        <h2>{text('history.title')}</h2>
        <EncounterHistory recording={recording} />
      </section>
    </>
  )
}

interface SoundProps {
  readonly recording: ShownDetail
  readonly blind: boolean
  readonly mayJudge: boolean
  readonly onJudged?: () => void
}

function SoundAndJudgement({ recording, blind, mayJudge, onJudged }: SoundProps) {
  const text = useText()
  const sound = useSound(recording.id)
  const marks = useMarks(recording.id, sound)
  useSoundKeys(sound)
  const assessment = 'assessments' in recording ? recording.assessments[0] : undefined
  const relevance = useMemo(() => {
    const last = assessment?.windows.at(-1)
    if (blind || assessment === undefined || last === undefined) return null
    // The last window ends with the recording (shared/signal/windows.ts).
    const windowSeconds = Math.max(0.5, (recording.durationMs - last.startMs) / 1000)
    const { cells } = relevantSeconds(assessment.windows, windowSeconds, recording.durationMs / 1000)
    return { cells, cellSeconds: CELL_SECONDS, threshold: assessment.threshold }
  }, [blind, assessment, recording.durationMs])
  const keys = Object.entries(SOUND_KEYS).map(([combination, does]) => ({
    keys: combination === 'space' ? text('key.space') : combination,
    does: text(`key.${does}`),
  }))
  return (
    <div className={styles.work}>
      <div className={styles.view}>
        <SoundView sound={sound} label={text(`task.${recording.task}`)} marks={marks.segments} relevance={relevance} />
        <KeyList keys={keys} label={text('key.title')} />
      </div>
      {mayJudge && <CurationPanel recording={recording} sound={sound} marks={marks} {...(onJudged && { onJudged })} />}
    </div>
  )
}
