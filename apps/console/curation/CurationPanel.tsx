import { ActionIcon, Button, Checkbox, Kbd, Select, Textarea } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { type Curation, type CurationSegment, rejectionReasonSchema } from '@spira/shared/protocol/curationApi.ts'
import type { RecordingDetail } from '@spira/shared/protocol/recordingsApi.ts'
import { IconGavel, IconThumbDown, IconThumbUp, IconX } from '@tabler/icons-react'
import { useRef, useState } from 'react'
import { useRole, useSession } from '../account/session.ts'
import { useText } from '../catalogue.ts'
import { Failure } from '../frame/Failure.tsx'
import { useWhen } from '../frame/useFormats.ts'
import type { Sound } from '../listening/useSound.ts'
import { useCurations, useJudge } from './curation.ts'
import styles from './CurationPanel.module.css'
import type { Marks } from './useMarks.ts'

interface CurationPanelProps {
  readonly recording: RecordingDetail
  readonly sound: Sound
  readonly marks: Marks
  readonly onJudged?: () => void
}

const MARK_KEYS = { usable: 'U', noise: 'N', 'other-voice': 'O' } as const
const RATINGS = [1, 2, 3, 4, 5] as const

/** What one person says of one recording, beginning with what they said of it last. */
export function CurationPanel(props: CurationPanelProps) {
  const { data: account } = useSession()
  const { data: curations } = useCurations(props.recording.id)
  const own = curations?.find(({ annotator, adjudication }) => annotator === account?.username && !adjudication)
  return <Judgement key={own?.id ?? 'none'} own={own} {...props} />
}

/** Every part has a key; the judgement itself is the last one pressed. */
function Judgement({ own, recording, sound, marks, onJudged }: CurationPanelProps & { own: Curation | undefined }) {
  const text = useText()
  const role = useRole()
  const judge = useJudge(recording.id)
  const [noise, setNoise] = useState(own?.noiseRating ?? undefined)
  const [secondVoice, setSecondVoice] = useState(own?.secondVoice ?? false)
  const [reason, setReason] = useState(rejectionReasonSchema.safeParse(own?.reason).data ?? null)
  const [transcription, setTranscription] = useState(own?.transcription ?? '')
  const transcript = useRef<HTMLTextAreaElement>(null)

  const disputed = recording.curation === 'disputed' && role !== 'annotator'
  const say = (verdict: 'approved' | 'rejected') => {
    if (judge.isPending) return
    // The reason that the rest already says.
    const why = reason ?? (secondVoice ? 'second-voice' : (noise ?? 0) >= 4 ? 'noise' : 'other')
    judge.mutate(
      {
        verdict,
        ...(verdict === 'rejected' && { reason: why }),
        ...(noise !== undefined && { noiseRating: noise }),
        secondVoice,
        segments: [...marks.segments],
        ...(transcription.trim() !== '' && { transcription: transcription.trim() }),
        adjudication: disputed,
      },
      { ...(onJudged && { onSuccess: onJudged }) },
    )
  }
  useHotkeys([
    ['A', () => say('approved')],
    ['R', () => say('rejected')],
    ['V', () => setSecondVoice((before) => !before)],
    ['T', () => transcript.current?.focus()],
    ...RATINGS.map((rating): [string, () => void] => [String(rating), () => setNoise(rating)]),
    ...Object.entries(MARK_KEYS).map(([kind, key]): [string, () => void] => [
      key,
      () => marks.mark(kind as CurationSegment['kind']),
    ]),
  ])

  return (
    <section className={styles.panel} aria-label={text('curate.title')} data-testid="curation-panel">
      <h2>{text(disputed ? 'curate.adjudicate' : 'curate.title')}</h2>
      {disputed && <Opinions recording={recording} />}
      <fieldset className={styles.rating}>
        <legend>
          {text('curate.noise')} <Kbd>1</Kbd>–<Kbd>5</Kbd>
        </legend>
        <div>
          {RATINGS.map((rating) => (
            <label key={rating}>
              <input
                type="radio"
                name="noise"
                value={rating}
                checked={noise === rating}
                onChange={() => setNoise(rating)}
              />
              <span>{rating}</span>
            </label>
          ))}
        </div>
        <small>{text('curate.noiseScale')}</small>
      </fieldset>
      <Checkbox
        checked={secondVoice}
        onChange={(event) => setSecondVoice(event.currentTarget.checked)}
        label={
          <>
            {text('curate.secondVoice')} <Kbd>V</Kbd>
          </>
        }
      />
      <div className={styles.marks}>
        <span>{text('curate.marks')}</span>
        <div>
          {(Object.keys(MARK_KEYS) as (keyof typeof MARK_KEYS)[]).map((kind) => (
            <Button
              key={kind}
              variant="default"
              size="sm"
              disabled={sound.selection === null}
              onClick={() => marks.mark(kind)}
              data-kind={kind}
            >
              {text(`mark.${kind}`)}&nbsp;<Kbd>{MARK_KEYS[kind]}</Kbd>
            </Button>
          ))}
        </div>
        {marks.segments.length > 0 && (
          <ul>
            {marks.segments.map((segment) => (
              <li key={`${segment.fromMs}-${segment.toMs}-${segment.kind}`} data-kind={segment.kind}>
                <button
                  type="button"
                  onClick={() => {
                    sound.select({ from: segment.fromMs / 1000, to: segment.toMs / 1000 })
                    sound.seek(segment.fromMs / 1000)
                  }}
                >
                  {text(`mark.${segment.kind}`)} {(segment.fromMs / 1000).toFixed(2)}–{(segment.toMs / 1000).toFixed(2)}{' '}
                  s
                </button>
                <ActionIcon aria-label={text('mark.remove')} onClick={() => marks.remove(segment)}>
                  <IconX size={16} stroke={2} />
                </ActionIcon>
              </li>
            ))}
          </ul>
        )}
      </div>
      <Textarea
        ref={transcript}
        label={
          <>
            {text('curate.transcription')} <Kbd>T</Kbd>
          </>
        }
        description={text('curate.transcriptionHint')}
        autosize
        minRows={2}
        maxRows={6}
        maxLength={4000}
        value={transcription}
        onChange={(event) => setTranscription(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur()
        }}
        data-testid="curation-transcription"
      />
      <Select
        label={text('curate.reason')}
        placeholder={text('curate.reasonHint')}
        data={rejectionReasonSchema.options.map((value) => ({ value, label: text(`reason.${value}`) }))}
        value={reason}
        onChange={(chosen) => setReason(rejectionReasonSchema.safeParse(chosen).data ?? null)}
        clearable
        clearButtonProps={{ 'aria-label': text('curate.reasonClear') }}
      />
      {judge.error !== null && <Failure error={judge.error} />}
      <div className={styles.verdicts}>
        <Button
          variant="default"
          leftSection={<IconThumbDown size={19} stroke={1.8} aria-hidden />}
          rightSection={<Kbd>R</Kbd>}
          loading={judge.isPending}
          onClick={() => say('rejected')}
          data-testid="curation-reject"
        >
          {text('curate.reject')}
        </Button>
        <Button
          leftSection={<IconThumbUp size={19} stroke={1.8} aria-hidden />}
          rightSection={<Kbd>A</Kbd>}
          loading={judge.isPending}
          onClick={() => say('approved')}
          data-testid="curation-approve"
        >
          {text('curate.approve')}
        </Button>
      </div>
      {own !== undefined && !disputed && (
        <p className={styles.own} data-testid="curation-own">
          {text(own.verdict === 'approved' ? 'curate.youApproved' : 'curate.youRejected')}
        </p>
      )}
    </section>
  )
}

/** What the annotators said who do not agree. */
function Opinions({ recording }: { recording: RecordingDetail }) {
  const text = useText()
  const when = useWhen()
  const { data: curations } = useCurations(recording.id)
  const latest = [...Map.groupBy(curations ?? [], ({ annotator }) => annotator).values()].flatMap(([first]) =>
    first === undefined ? [] : [first],
  )
  return (
    <ul className={styles.opinions}>
      {latest.map((curation) => (
        <li key={curation.id}>
          <IconGavel size={18} stroke={1.8} aria-hidden />
          <span>
            <strong>{curation.annotator}</strong>: {text(`curation.${curation.verdict}`)}
            {curation.reason !== null &&
              ` (${text(`reason.${rejectionReasonSchema.catch('other').parse(curation.reason)}`)})`}
            <small>
              {curation.noiseRating !== null && `${text('curate.noise')} ${curation.noiseRating} · `}
              {when(curation.madeAt)}
            </small>
          </span>
        </li>
      ))}
    </ul>
  )
}
