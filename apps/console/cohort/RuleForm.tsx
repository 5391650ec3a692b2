import { Button, MultiSelect, NativeSelect, NumberInput, SegmentedControl } from '@mantine/core'
import type { ShownFacets } from '@spira/shared/protocol/annotatorSight.ts'
import type { CohortRule } from '@spira/shared/protocol/cohortApi.ts'
import { recordingFiltersSchema } from '@spira/shared/protocol/recordingFilters.ts'
import {
  type Facet,
  FACETS,
  type FacetValue,
  HISTOGRAMS,
  type HistogramName,
} from '@spira/shared/protocol/recordingsApi.ts'
import { IconPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { useText } from '../catalogue.ts'
import { DayRange, type Days } from '../recordings/DayRange.tsx'
import { useFacetText } from '../recordings/facetText.ts'
import { FIGURES } from '../recordings/figures.ts'
import { useFacetValues } from '../recordings/recordings.ts'
import styles from './RuleForm.module.css'

type Field = Facet | HistogramName | 'day'
const FIELDS: readonly Field[] = [...FACETS, ...FIGURES, 'day']
const isFigure = (field: Field): field is HistogramName => Object.hasOwn(HISTOGRAMS, field)

const bound = (value: string | number): number | undefined => (typeof value === 'number' ? value : undefined)

/** One more rule: only those that, or without those that; a figure between two others, or one of several values. */
export function RuleForm({ facets, onAdd }: { facets: ShownFacets | undefined; onAdd: (rule: CohortRule) => void }) {
  const text = useText()
  const [mode, setMode] = useState<CohortRule['mode']>('include')
  const [field, setField] = useState<Field>('label')
  const [values, setValues] = useState<string[]>([])
  const [range, setRange] = useState<{ from?: number | undefined; to?: number | undefined }>({})
  const [days, setDays] = useState<Days>({})
  // What was added: its fields begin anew.
  const [added, setAdded] = useState(0)
  const filters = Object.fromEntries(
    Object.entries(
      field === 'day'
        ? days
        : isFigure(field)
          ? { [`${field}From`]: range.from, [`${field}To`]: range.to }
          : { [field]: values.length > 0 ? values : undefined },
    ).filter(([, value]) => value !== undefined),
  )
  const parsed = recordingFiltersSchema.safeParse(filters)
  const empty = () => {
    setValues([])
    setRange({})
    setDays({})
  }
  const ready = parsed.success && Object.keys(filters).length > 0
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        if (!ready) return
        onAdd({ mode, filters: parsed.data })
        empty()
        setAdded((before) => before + 1)
      }}
    >
      <SegmentedControl
        aria-label={text('rule.mode')}
        value={mode}
        onChange={(chosen) => setMode(chosen === 'exclude' ? 'exclude' : 'include')}
        data={[
          { value: 'include', label: text('rule.include') },
          { value: 'exclude', label: text('rule.exclude') },
        ]}
      />
      <NativeSelect
        label={text('rule.field')}
        value={field}
        onChange={(event) => {
          const chosen = FIELDS.find((each) => each === event.currentTarget.value)
          if (chosen === undefined) return
          setField(chosen)
          empty()
        }}
        data={FIELDS.map((value) => ({
          value,
          label: text(value === 'day' ? 'days.title' : isFigure(value) ? `histogram.${value}` : `facet.${value}`),
        }))}
        data-testid="rule-field"
      />
      {field === 'day' ? (
        <DayRange key={added} days={days} onChange={(changed) => setDays((before) => ({ ...before, ...changed }))} />
      ) : isFigure(field) ? (
        <div className={styles.range}>
          <NumberInput
            label={text('rule.from')}
            value={range.from ?? ''}
            step={HISTOGRAMS[field].step}
            onChange={(value) => setRange((before) => ({ ...before, from: bound(value) }))}
            data-testid="rule-from"
          />
          <NumberInput
            label={text('rule.to')}
            value={range.to ?? ''}
            step={HISTOGRAMS[field].step}
            onChange={(value) => setRange((before) => ({ ...before, to: bound(value) }))}
            data-testid="rule-to"
          />
        </div>
      ) : (
        <FacetValues key={field} facet={field} facets={facets} values={values} onChange={setValues} />
      )}
      <Button
        type="submit"
        variant="default"
        disabled={!ready}
        leftSection={<IconPlus size={18} stroke={1.9} aria-hidden />}
        data-testid="rule-add"
      >
        {text('rule.add')}
      </Button>
    </form>
  )
}

interface FacetValuesProps {
  readonly facet: Facet
  readonly facets: ShownFacets | undefined
  readonly values: string[]
  readonly onChange: (values: string[]) => void
}

/** One or several values of a facet; those that were not sent are found by what is typed. */
function FacetValues({ facet, facets, values, onChange }: FacetValuesProps) {
  const text = useText()
  const facetText = useFacetText()
  const [typed, setTyped] = useState('')
  const sent: Partial<Record<Facet, readonly FacetValue[]>> = facets?.facets ?? {}
  const beyond: Partial<Record<Facet, number>> = facets?.more ?? {}
  const more = beyond[facet] ?? 0
  const found = useFacetValues(facet, '', typed.trim(), more > 0 && typed.trim() !== '')
  const known = new Map(
    [...(sent[facet] ?? []), ...(found.data?.values ?? []), ...values.map((value) => ({ value, name: null }))]
      .toReversed()
      .map(({ value, name }) => [value, facetText(facet, value, name)]),
  )
  return (
    <MultiSelect
      label={text('rule.values')}
      description={more > 0 && text('facet.more', { count: more })}
      value={values}
      onChange={onChange}
      data={[...known].toReversed().map(([value, label]) => ({ value, label }))}
      searchable
      searchValue={typed}
      onSearchChange={setTyped}
      nothingFoundMessage={text('facet.nothingFound')}
      data-testid="rule-values"
    />
  )
}
