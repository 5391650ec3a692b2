import { Checkbox, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import type { ShownFacets } from '@spira/shared/protocol/annotatorSight.ts'
import { type Facet, FACETS, type FacetValue } from '@spira/shared/protocol/recordingsApi.ts'
import { IconChevronDown, IconSearch } from '@tabler/icons-react'
import { memo, useState } from 'react'
import { FormattedNumber } from 'react-intl'
import { useText } from '../catalogue.ts'
import { DayRange, type Days } from './DayRange.tsx'
import type { Explorer } from './explorerSearch.ts'
import styles from './FacetPanel.module.css'
import { useFacetText } from './facetText.ts'
import { useFacetValues } from './recordings.ts'

/** Facets that open by themselves; the others open when they are looked for or in use. */
const OPEN: ReadonlySet<Facet> = new Set(['label', 'curation', 'task', 'quality', 'site'])

interface FacetPanelProps {
  readonly facets: ShownFacets
  readonly explorer: Explorer
}

/** Each value with the number of recordings it would leave, drawn as the row's own ground. */
export const FacetPanel = memo(function FacetPanel({ facets, explorer }: FacetPanelProps) {
  const text = useText()
  const shown: Partial<Record<Facet, readonly FacetValue[]>> = facets.facets
  const more: Partial<Record<Facet, number>> = facets.more
  // A day is typed digit by digit, and half of them make a day as well.
  const askForDays = useDebouncedCallback((days: Days) => explorer.change(days), 400)
  return (
    <section className={styles.panel} aria-label={text('facets.title')} data-testid="facets">
      <details className={styles.facet} open>
        <summary>
          {text('days.title')}
          <IconChevronDown size={18} stroke={1.8} aria-hidden />
        </summary>
        <div className={styles.days}>
          <DayRange days={explorer.filters} onChange={askForDays} />
        </div>
      </details>
      {FACETS.map((facet) => {
        const values = shown[facet] ?? []
        const chosen: readonly string[] = explorer.filters[facet] ?? []
        // What is chosen stays to be unchosen, also where nothing is left of it.
        const gone = chosen.filter((value) => !values.some((each) => each.value === value))
        const all = [...values, ...gone.map((value) => ({ value, name: null, count: 0 }))]
        if (all.length === 0 || (all.length === 1 && all[0]?.value === 'none' && chosen.length === 0)) return null
        return (
          <details key={facet} className={styles.facet} open={OPEN.has(facet) || chosen.length > 0}>
            <summary>
              {text(`facet.${facet}`)}
              {chosen.length > 0 && <span className={styles.number}>{chosen.length}</span>}
              <IconChevronDown size={18} stroke={1.8} aria-hidden />
            </summary>
            <Values facet={facet} values={all} more={more[facet] ?? 0} chosen={chosen} explorer={explorer} />
          </details>
        )
      })}
    </section>
  )
})

interface ValuesProps {
  readonly facet: Facet
  readonly values: readonly FacetValue[]
  /** How many there are beyond those. */
  readonly more: number
  readonly chosen: readonly string[]
  readonly explorer: Explorer
}

/** From so many on, a value is looked for by its name. */
const MANY = 12

function Values({ facet, values, more, chosen, explorer }: ValuesProps) {
  const text = useText()
  const facetText = useFacetText()
  const [containing, setContaining] = useState('')
  const wanted = containing.trim().toLocaleLowerCase()
  const found = useFacetValues(facet, explorer.query, wanted, more > 0 && wanted !== '')
  const shown = [
    ...values.filter(({ value, name }) => facetText(facet, value, name).toLocaleLowerCase().includes(wanted)),
    ...(wanted === '' ? [] : (found.data?.values ?? [])).filter(
      ({ value }) => !values.some((each) => each.value === value),
    ),
  ]
  const left = wanted === '' ? more : (found.data?.more ?? 0)
  const most = Math.max(1, ...shown.map(({ count }) => count))
  return (
    <>
      {(more > 0 || values.length > MANY) && (
        <TextInput
          className={styles.find}
          type="search"
          aria-label={text('facet.find', { what: text(`facet.${facet}`) })}
          placeholder={text('facet.find', { what: text(`facet.${facet}`) })}
          maxLength={80}
          leftSection={<IconSearch size={16} stroke={1.8} aria-hidden />}
          value={containing}
          onChange={(event) => setContaining(event.currentTarget.value)}
          data-testid={`facet-find-${facet}`}
        />
      )}
      <ul className={styles.values}>
        {shown.map(({ value, name, count }) => (
          <li key={value} data-empty={count === 0 || undefined}>
            <span className={styles.ground} style={{ width: `${(count / most) * 100}%` }} aria-hidden />
            <Choice
              facet={facet}
              value={value}
              label={facetText(facet, value, name)}
              isChosen={chosen.includes(value)}
              choose={explorer.choose}
            />
            <span className={styles.count}>
              <FormattedNumber value={count} />
            </span>
          </li>
        ))}
      </ul>
      {(left > 0 || shown.length === 0) && (
        <output className={styles.more} data-testid={`facet-more-${facet}`}>
          {left > 0 ? text('facet.more', { count: left }) : text('facet.nothingFound')}
        </output>
      )}
    </>
  )
}

interface ChoiceProps extends Pick<Explorer, 'choose'> {
  readonly facet: Facet
  readonly value: string
  readonly label: string
  readonly isChosen: boolean
}

/** Apart from the counts beside it: there are dozens, and a filter's change touches one. */
const Choice = memo(function Choice({ facet, value, label, isChosen, choose }: ChoiceProps) {
  return (
    <Checkbox
      size="sm"
      checked={isChosen}
      label={label}
      onChange={(event) => choose(facet, value, event.currentTarget.checked)}
      data-testid={`facet-${facet}-${value}`}
    />
  )
})
