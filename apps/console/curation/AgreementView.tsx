import { useIntl } from 'react-intl'
import { useText } from '../catalogue.ts'
import { Failure } from '../frame/Failure.tsx'
import { Loading } from '../frame/Loading.tsx'
import { useWhen } from '../frame/useFormats.ts'
import styles from './AgreementView.module.css'
import { useAgreement } from './curation.ts'

const STATES = ['approved', 'rejected', 'disputed', 'open'] as const

/** Progress of all and of each, and how far people agree. */
export function AgreementView() {
  const text = useText()
  const when = useWhen()
  const { formatNumber } = useIntl()
  const agreement = useAgreement()
  if (agreement.isPending) return <Loading lines={6} />
  if (agreement.data === undefined) return <Failure error={agreement.error} onRetry={() => void agreement.refetch()} />
  const { annotators, states, pairs, judgedTwice, alphaVerdict, alphaNoise } = agreement.data
  const total = Math.max(
    1,
    STATES.reduce((sum, state) => sum + states[state], 0),
  )
  const most = Math.max(1, ...annotators.map(({ recordings }) => recordings))
  const two = (value: number | null): string =>
    value === null ? '–' : formatNumber(value, { minimumFractionDigits: 2, maximumFractionDigits: 2 })
  return (
    <div className={styles.view} data-testid="agreement">
      <section className={styles.card}>
        <h2>{text('agreement.progress')}</h2>
        <div className={styles.bar} aria-hidden>
          {STATES.map((state) => (
            <span key={state} data-state={state} style={{ flexGrow: states[state] / total }} />
          ))}
        </div>
        <dl className={styles.states}>
          {STATES.map((state) => (
            <div key={state} data-state={state}>
              <dt>{text(`curation.${state}`)}</dt>
              <dd>{formatNumber(states[state])}</dd>
            </div>
          ))}
        </dl>
      </section>
      <section className={styles.card}>
        <h2>{text('agreement.statistics')}</h2>
        <dl className={styles.figures}>
          <div>
            <dt>{text('agreement.alphaVerdict')}</dt>
            <dd>{two(alphaVerdict)}</dd>
          </div>
          <div>
            <dt>{text('agreement.alphaNoise')}</dt>
            <dd>{two(alphaNoise)}</dd>
          </div>
          <div>
            <dt>{text('agreement.twice')}</dt>
            <dd>{formatNumber(judgedTwice)}</dd>
          </div>
        </dl>
        <p className={styles.muted}>{text('agreement.explanation')}</p>
        {pairs.length > 0 && (
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">{text('agreement.pair')}</th>
                <th scope="col">{text('agreement.both')}</th>
                <th scope="col">{text('agreement.kappa')}</th>
              </tr>
            </thead>
            <tbody>
              {pairs.map(({ a, b, recordings, kappa }) => (
                <tr key={`${a} ${b}`}>
                  <td>
                    {a} · {b}
                  </td>
                  <td>{formatNumber(recordings)}</td>
                  <td>{two(kappa)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </section>
      <section className={styles.card}>
        <h2>{text('agreement.people')}</h2>
        {annotators.length === 0 && <p className={styles.muted}>{text('agreement.nobody')}</p>}
        <ul className={styles.people}>
          {annotators
            .toSorted((x, y) => y.recordings - x.recordings)
            .map(({ annotator, recordings, approved, rejected, lastAt }) => (
              <li key={annotator}>
                <strong>{annotator}</strong>
                <span className={styles.own} aria-hidden>
                  <i data-state="approved" style={{ width: `${(approved / most) * 100}%` }} />
                  <i data-state="rejected" style={{ width: `${(rejected / most) * 100}%` }} />
                </span>
                <span className={styles.muted}>
                  {text('agreement.judged', { count: recordings, approved, rejected })} · {when(lastAt)}
                </span>
              </li>
            ))}
        </ul>
      </section>
    </div>
  )
}
