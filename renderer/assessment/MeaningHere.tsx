import { NativeSelect } from '@mantine/core'
import type { ModelManifest } from '@spira/shared/model/manifest.ts'
import type { Assessment } from '@spira/shared/protocol/records.ts'
import { useState } from 'react'
import { useIntl } from 'react-intl'
import { useAppText } from '../app/useAppText.ts'
import { prevalenceOfSite, rememberedPrevalence } from '../encounter/remembered.ts'
import styles from './MeaningHere.module.css'
import { predictiveValues, type Share } from './predictiveValues.ts'

/** How many of 100 patients here, as a ward knows it. */
const CHOICES = [1, 2, 5, 10, 20, 30, 50] as const

interface MeaningHereProps {
  readonly decision: Assessment['decision']
  readonly manifest: ModelManifest
}

/** What the result is worth where so many of 100 patients have the condition: in people, not in percent. */
export function MeaningHere({ decision, manifest }: MeaningHereProps) {
  const text = useAppText()
  const { formatNumber } = useIntl()
  const [ofHundred, setOfHundred] = useState(() => Number(rememberedPrevalence.get() || prevalenceOfSite.get()) || null)
  const choices = ofHundred === null ? CHOICES : [...new Set([...CHOICES, ofHundred])].toSorted((a, b) => a - b)
  const values = ofHundred === null ? null : predictiveValues(manifest.metrics, ofHundred / 100)
  const people = (share: number): string => formatNumber(100 * share, { maximumFractionDigits: 0 })
  const inPeople = ({ value, low, high }: Share) => ({ value: people(value), low: people(low), high: people(high) })
  return (
    <div className={styles.meaning}>
      <h2>{text('meaning.title')}</h2>
      <NativeSelect
        label={text('meaning.question')}
        description={text('meaning.hint')}
        value={ofHundred ?? ''}
        onChange={(event) => {
          rememberedPrevalence.set(event.currentTarget.value)
          setOfHundred(Number(event.currentTarget.value) || null)
        }}
        data-testid="site-prevalence"
        data={[
          { value: '', label: text('meaning.notSaid') },
          ...choices.map((count) => ({ value: String(count), label: text('meaning.ofHundred', { count }) })),
        ]}
      />
      {ofHundred !== null && values === null && <p>{text('meaning.notMeasured')}</p>}
      {values !== null && (
        <div data-testid="meaning-words">
          {decision !== 'negative' && <p>{text('meaning.positive', inPeople(values.presentIfPositive))}</p>}
          {decision !== 'positive' && <p>{text('meaning.negative', inPeople(values.presentIfNegative))}</p>}
          <p className={styles.note}>{text('meaning.note', { version: manifest.version })}</p>
        </div>
      )}
    </div>
  )
}
