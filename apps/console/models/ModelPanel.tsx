import { Anchor, Button } from '@mantine/core'
import { CONSOLE_API, type ModelVersion, type RunArtefact } from '@spira/shared/protocol/consoleApi.ts'
import { ToneBadge } from '@spira/shared/ui/ToneBadge.tsx'
import { Link } from '@tanstack/react-router'
import { useText } from '../catalogue.ts'
import { Hash } from '../frame/Hash.tsx'
import { SimulatedMark } from '../frame/SimulatedMark.tsx'
import { usePercent, useWhen } from '../frame/useFormats.ts'
import { JudgeAgain } from './JudgeAgain.tsx'
import { Metrics } from './Metrics.tsx'
import { MODEL_LOOK } from './modelLook.ts'
import styles from './ModelPanel.module.css'

/** In the order in which they are read. */
const ARTEFACTS: readonly RunArtefact[] = ['report', 'evaluation', 'record']

interface ModelPanelProps {
  readonly model: ModelVersion
  /** Absent for whoever may not approve. */
  readonly onApprove?: (() => void) | undefined
  /** Whether the reader may have it judged again. */
  readonly mayJudge: boolean
}

/** One model version: where it stands, how well it did on held-out participants, what it came from. */
export function ModelPanel({ model, onApprove, mayJudge }: ModelPanelProps) {
  const text = useText()
  const when = useWhen()
  const percent = usePercent()
  return (
    <article className={styles.model} data-testid="model-row" data-status={model.status}>
      <div className={styles.head}>
        <h2>{text('models.version', { version: model.version })}</h2>
        <ToneBadge {...MODEL_LOOK[model.status]} data-testid="model-status">
          {text(`modelStatus.${model.status}`)}
        </ToneBadge>
        {model.simulated && <SimulatedMark />}
        {model.status === 'candidate' && model.gateStanding === 'in-force' && onApprove !== undefined && (
          <Button className={styles.approve} onClick={onApprove} data-testid="approve-open">
            {text('approve.open')}
          </Button>
        )}
      </div>
      {model.gateStanding !== null && model.gateStanding !== 'in-force' && (
        <JudgeAgain modelId={model.modelId} standing={model.gateStanding} offered={mayJudge} />
      )}
      <div className={styles.body}>
        <Metrics metrics={model.metrics} />
        <dl className={styles.facts}>
          <dt>{text('models.network')}</dt>
          <dd>{model.network}</dd>
          <dt>{text('score.threshold')}</dt>
          <dd>{percent(model.threshold)}</dd>
          <dt>{text('models.created')}</dt>
          <dd>{when(model.createdAt)}</dd>
          <dt>SHA-256</dt>
          <dd>
            <Hash value={model.sha256} digits={16} />
          </dd>
        </dl>
      </div>
      <div className={styles.artefacts}>
        <Anchor
          renderRoot={(props) => <Link {...props} to="/models/$modelId/lineage" params={{ modelId: model.modelId }} />}
          data-testid="model-lineage"
        >
          {text('lineage.open')}
        </Anchor>
        {ARTEFACTS.filter((kind) => model.artefacts.includes(kind)).map((kind) => (
          <Anchor
            key={kind}
            href={`${CONSOLE_API}/training-runs/${model.runId}/artefacts/${kind}`}
            target="_blank"
            rel="noreferrer"
            data-testid={`artefact-${kind}`}
          >
            {text(`models.artefact.${kind}`)}
          </Anchor>
        ))}
      </div>
      {model.release !== null && (
        <p className={styles.release}>
          {text('models.release', {
            sequence: model.release.sequence,
            who: model.release.approvedBy,
            when: when(model.release.releasedAt),
          })}{' '}
          <q>{model.release.reason}</q>
        </p>
      )}
    </article>
  )
}
