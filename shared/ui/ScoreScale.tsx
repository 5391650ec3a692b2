import { IconFlask, IconInfoCircle } from '@tabler/icons-react'
import { useIntl } from 'react-intl'
import { isUnlike } from '../model/familiarity.ts'
import type { Assessment } from '../protocol/records.ts'
import { DECISION_LOOK } from './decision.ts'
import { Panel } from './Panel.tsx'
import styles from './ScoreScale.module.css'
import { useText } from './useText.ts'

interface ScoreScaleProps {
  readonly assessment: Pick<
    Assessment,
    'probability' | 'interval' | 'familiarity' | 'threshold' | 'uncertain' | 'decision' | 'model' | 'intendedUse'
  >
}

const left = (share: number) => ({ left: `${share * 100}%` })

/**
 * A score is never shown without what is needed to read it (promise 3): decision in words, probability on a scale with threshold
 * and uncertain band, the model version that gave it and what it may be used for.
 */
export function ScoreScale({ assessment }: ScoreScaleProps) {
  const text = useText()
  const { formatNumber } = useIntl()
  const { probability, interval, threshold, uncertain, decision, model, intendedUse } = assessment
  const unlike = isUnlike(assessment.familiarity)
  const crosses =
    decision !== 'uncertain' && interval !== undefined && interval.low < threshold && interval.high >= threshold
  const percent = (share: number) => formatNumber(share, { style: 'percent', maximumFractionDigits: 0 })
  const { tone, icon: DecisionIcon } = DECISION_LOOK[decision]
  const band = uncertain ?? { from: threshold, to: threshold }
  return (
    <div className={styles.score} data-tone={tone}>
      <div className={styles.head}>
        <span className={styles.icon}>
          <DecisionIcon size="1.875rem" stroke={1.9} aria-hidden />
        </span>
        <div className={styles.words}>
          <p className={styles.decision} data-testid="result-decision" data-decision={decision}>
            {text(`decision.${decision}`)}
          </p>
          <p className={styles.caption}>{text(unlike ? 'decision.meaning.unlike' : `decision.meaning.${decision}`)}</p>
          {crosses && (
            <p className={styles.caption} data-testid="interval-crosses">
              {text('score.crosses')}
            </p>
          )}
        </div>
        <p className={styles.number}>
          <strong data-testid="result-probability" data-value={probability}>
            {percent(probability)}
          </strong>
          <span data-testid="result-interval">
            {interval === undefined
              ? text('score.noInterval')
              : text('score.between', { low: percent(interval.low), high: percent(interval.high) })}
          </span>
        </p>
      </div>

      <figure
        className={styles.scale}
        aria-label={text('score.scale', { probability: percent(probability), threshold: percent(threshold) })}
      >
        <div className={styles.track} aria-hidden>
          <span className={styles.zone} data-tone="calm" style={{ left: 0, width: `${band.from * 100}%` }} />
          <span
            className={styles.zone}
            data-tone="unsure"
            data-hatched
            style={{ ...left(band.from), width: `${(band.to - band.from) * 100}%` }}
          />
          <span className={styles.zone} data-tone="alarm" style={{ ...left(band.to), right: 0 }} />
          <span className={styles.threshold} style={left(threshold)} />
          {interval !== undefined && (
            <span
              className={styles.interval}
              style={{ ...left(interval.low), width: `${(interval.high - interval.low) * 100}%` }}
            />
          )}
          <span className={styles.pin} style={left(probability)} />
        </div>
        <div className={styles.ticks} aria-hidden>
          <span style={left(0)}>{percent(0)}</span>
          <span className={styles.thresholdTick} style={left(threshold)}>
            {text('score.thresholdMark')}
          </span>
          <span style={left(1)}>{percent(1)}</span>
        </div>
      </figure>

      <dl className={styles.facts}>
        <div>
          <dt>{text('score.threshold')}</dt>
          <dd data-testid="result-threshold">{percent(threshold)}</dd>
        </div>
        {uncertain !== undefined && (
          <div>
            <dt>{text('score.band')}</dt>
            <dd>{text('score.range', { from: percent(uncertain.from), to: percent(uncertain.to) })}</dd>
          </div>
        )}
        <div>
          <dt>{text('score.model')}</dt>
          <dd>
            <span data-testid="result-model-version" data-version={model.version}>
              {text('model.version', { version: model.version })}
            </span>{' '}
            <code title={model.sha256}>{model.sha256.slice(0, 8)}</code>
          </dd>
        </div>
      </dl>

      <IntendedUse intendedUse={intendedUse} />
    </div>
  )
}

/** What the score may be used for, in the words of the model's own statement. */
export function IntendedUse({ intendedUse }: Pick<Assessment, 'intendedUse'>) {
  const text = useText()
  const simulated = intendedUse === 'simulated-not-for-clinical-use'
  return (
    <Panel
      tone={simulated ? 'warn' : 'plain'}
      icon={simulated ? IconFlask : IconInfoCircle}
      title={text(`intendedUse.${intendedUse}`)}
      data-testid="intended-use"
      data-intended-use={intendedUse}
    >
      {simulated && <p>{text('intendedUse.not-a-diagnosis')}</p>}
    </Panel>
  )
}
