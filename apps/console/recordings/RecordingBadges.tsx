import type { RecordingRow } from '@spira/shared/protocol/consoleApi.ts'
import { DECISION_LOOK } from '@spira/shared/ui/decision.ts'
import { ToneBadge } from '@spira/shared/ui/ToneBadge.tsx'
import { assessmentSchema } from '@spira/shared/protocol/records.ts'
import { IconCircleDashed } from '@tabler/icons-react'
import { useText } from '../catalogue.ts'
import { usePercent } from '../frame/useFormats.ts'
import { LABEL_LOOK, QUALITY_LOOK } from './looks.ts'
import styles from './RecordingBadges.module.css'

export function QualityBadge({ quality }: Pick<RecordingRow, 'quality'>) {
  const text = useText()
  return <ToneBadge {...QUALITY_LOOK[quality.verdict]}>{text(`quality.${quality.verdict}`)}</ToneBadge>
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
  return <ToneBadge {...LABEL_LOOK[label.value]}>{text(`label.${label.value}`)}</ToneBadge>
}

/** A score never stands without the version that gave it. */
export function Score({ assessment }: Pick<RecordingRow, 'assessment'>) {
  const text = useText()
  const percent = usePercent()
  if (assessment === null) return <span className={styles.none}>{text('score.none')}</span>
  const decision = assessmentSchema.shape.decision.safeParse(assessment.decision).data ?? 'uncertain'
  const { tone, icon: DecisionIcon } = DECISION_LOOK[decision]
  return (
    <span className={styles.score} data-tone={tone} title={text(`decision.${decision}`)}>
      <DecisionIcon size={18} stroke={1.9} aria-label={text(`decision.${decision}`)} />
      <strong>{percent(assessment.probability)}</strong>
      <span>{text('score.byVersion', { version: assessment.modelVersion })}</span>
    </span>
  )
}
