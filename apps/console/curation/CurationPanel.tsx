import { ActionIcon, Button, Checkbox, Kbd, Textarea } from '@mantine/core'
import {
  type Curation,
  type CurationSegment,
  type RejectionReason,
  rejectionReasonSchema,
} from '@spira/shared/protocol/curationApi.ts'
import type { ShownDetail } from '@spira/shared/protocol/annotatorSight.ts'
import { IconGavel, IconThumbDown, IconThumbUp, IconX } from '@tabler/icons-react'
import { useRef, useState } from 'react'
import { useRole, useSession } from '../account/session.ts'
import { useText } from '../catalogue.ts'
import { Failure } from '../frame/Failure.tsx'
import { useWhen } from '../frame/useFormats.ts'
import { useKeys } from '../listening/useKeys.ts'
import type { Sound } from '../listening/useSound.ts'
import { useCurations, useJudge } from './curation.ts'
import styles from './CurationPanel.module.css'
import type { Marks } from './useMarks.ts'

interface CurationPanelProps {
  readonly recording: ShownDetail
  readonly sound: Sound
  readonly marks: Marks
  readonly onJudged?: () => void
}

const MARK_KEYS = { usable: 'U', noise: 'N', 'other-voice': 'O' } as const
const RATINGS = [1, 2, 3, 4, 5] as const
const REASONS = rejectionReasonSchema.options

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
  const [isAsking, setIsAsking] = useState(false)
  const [transcription, setTranscription] = useState(own?.transcription ?? '')
  const transcript = useRef<HTMLTextAreaElement>(null)

  const disputed = 'curation' in recording && recording.curation === 'disputed' && role !== 'annotator'
  const say = (verdict: { verdict: 'approved' } | { verdict: 'rejected'; reason: RejectionReason }) => {
    if (judge.isPending) return
    judge.mutate(
      {
        ...verdict,
        ...(noise !== undefined && { noiseRating: noise }),
        secondVoice,
        segments: [...marks.segments],
        ...(transcription.trim() !== '' && { transcription: transcription.trim() }),
        adjudication: disputed,
      },
      {
        onSuccess: () => {
          setIsAsking(false)
          onJudged?.()
        },
      },
    )
  }
  const reject = (reason: RejectionReason) => say({ verdict: 'rejected', reason })
  const goTo = ({ fromMs, toMs }: CurationSegment) => {
    sound.select({ from: fromMs / 1000, to: toMs / 1000 })
    sound.seek(fromMs / 1000)
  }
  useKeys({
    A: () => say({ verdict: 'approved' }),
    R: () => setIsAsking(true),
    V: () => setSecondVoice((before) => !before),
    T: () => transcript.current?.focus(),
    // While it is asked why, the figures are the reasons, and Esc takes the question back.
    ...Object.fromEntries(
      isAsking
        ? REASONS.map((reason, place) => [String(place + 1), () => reject(reason)])
        : RATINGS.map((rating) => [String(rating), () => setNoise(rating)]),
    ),
    ...(isAsking && { Escape: () => setIsAsking(false) }),
    ...Object.fromEntries(
      Object.entries(MARK_KEYS).map(([kind, key]) => [key, () => marks.mark(kind as CurationSegment['kind'])]),
    ),
    M: () => {
      const next = marks.segments.find(({ fromMs }) => fromMs > sound.position * 1000 + 1) ?? marks.segments[0]
      if (next !== undefined) goTo(next)
    },
    X: () => {
      const at = sound.position * 1000 + 1
      const here = marks.segments.find(({ fromMs, toMs }) => fromMs <= at && at <= toMs) ?? marks.segments.at(-1)
      if (here !== undefined) marks.remove(here)
    },
  })

  return (
    <section className={styles.panel} aria-label={text('curate.title')} data-testid="curation-panel">
      <h2>{text(disputed ? 'curate.adjudicate' : 'curate.title')}</h2>
      {disputed && <Opinions recording={recording} />}
      <fieldset className={styles.rating} data-testid="curation-noise">
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
          <small>
            <Kbd>M</Kbd> {text('mark.next')} · <Kbd>X</Kbd> {text('mark.removeHere')}
          </small>
        )}
        {marks.segments.length > 0 && (
          <ul>
            {marks.segments.map((segment) => (
              <li key={`${segment.fromMs}-${segment.toMs}-${segment.kind}`} data-kind={segment.kind}>
                <button type="button" onClick={() => goTo(segment)}>
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
      {judge.error !== null && <Failure error={judge.error} />}
      {isAsking && (
        <fieldset className={styles.reasons} data-testid="curation-reasons">
          <legend>{text('curate.why')}</legend>
          {REASONS.map((reason, place) => (
            <Button
              key={reason}
              variant="default"
              size="sm"
              justify="space-between"
              rightSection={<Kbd>{place + 1}</Kbd>}
              aria-pressed={own?.reason === reason}
              disabled={judge.isPending}
              onClick={() => reject(reason)}
              data-testid={`curation-reason-${reason}`}
            >
              {text(`reason.${reason}`)}
            </Button>
          ))}
          <output>{text('curate.whyHint')}</output>
        </fieldset>
      )}
      <div className={styles.verdicts}>
        <Button
          variant="default"
          leftSection={<IconThumbDown size={19} stroke={1.8} aria-hidden />}
          rightSection={<Kbd>R</Kbd>}
          disabled={judge.isPending}
          aria-expanded={isAsking}
          onClick={() => setIsAsking(true)}
          data-testid="curation-reject"
        >
          {text('curate.reject')}
        </Button>
        <Button
          leftSection={<IconThumbUp size={19} stroke={1.8} aria-hidden />}
          rightSection={<Kbd>A</Kbd>}
          loading={judge.isPending}
          onClick={() => say({ verdict: 'approved' })}
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
function Opinions({ recording }: { recording: ShownDetail }) {
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
