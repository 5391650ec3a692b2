import type { CurationState } from '@spira/shared/protocol/recordingFilters.ts'
import type { RecordingRow } from '@spira/shared/protocol/recordingsApi.ts'
import { DECISION_LOOK } from '@spira/shared/ui/decision.ts'
import { ToneBadge } from '@spira/shared/ui/ToneBadge.tsx'
import { IconCircleDashed } from '@tabler/icons-react'
import { useText } from '../catalogue.ts'
import { usePercent } from '../frame/useFormats.ts'
import { CURATION_LOOK, LABEL_LOOK, QUALITY_LOOK } from './looks.ts'
import styles from './RecordingBadges.module.css'

export function QualityBadge({ verdict }: { verdict: RecordingRow['quality'] }) {
  const text = useText()
  return <ToneBadge {...QUALITY_LOOK[verdict]}>{text(`quality.${verdict}`)}</ToneBadge>
}

export function LabelBadge({ label }: Pick<RecordingRow, 'label'>) {
  const text = useText()
  if (label === null) {
    return (
      <ToneBadge tone="plain" icon={IconCircleDashed}>
        {text('label.none')}
      </ToneBadge>
    )
  }
  return <ToneBadge {...LABEL_LOOK[label]}>{text(`label.${label}`)}</ToneBadge>
}

/** What people said of the recording, and how many did. */
export function CurationBadge({ state, annotators }: { state: CurationState; annotators: number }) {
  const text = useText()
  return (
    <>
      <ToneBadge {...CURATION_LOOK[state]}>{text(`curation.${state}`)}</ToneBadge>
      {annotators > 0 && <span className="second">{text('curation.by', { count: annotators })}</span>}
    </>
  )
}

/** A score never stands without the version that gave it. */
export function Score({ score }: Pick<RecordingRow, 'score'>) {
  const text = useText()
  const percent = usePercent()
  if (score === null) return <span className={styles.none}>{text('score.none')}</span>
  const { tone, icon: DecisionIcon } = DECISION_LOOK[score.decision]
  return (
    <span className={styles.score} data-tone={tone} title={text(`decision.${score.decision}`)}>
      <DecisionIcon size={18} stroke={1.9} aria-label={text(`decision.${score.decision}`)} />
      <strong>{percent(score.probability)}</strong>
      <span>{text('score.byVersion', { version: score.modelVersion })}</span>
    </span>
  )
}
