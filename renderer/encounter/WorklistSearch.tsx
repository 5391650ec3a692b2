import { TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useAppText } from '../app/useAppText.ts'
import type { useWorklistSearch } from './useWorklistSearch.ts'
import { FILTERS } from './worklistFilter.ts'
import styles from './WorklistView.module.css'

/** Looks for an encounter by whom it is of and by how it stands. */
export function WorklistSearch({ search }: { search: ReturnType<typeof useWorklistSearch> }) {
  const text = useAppText()
  return (
    <search className={styles.search}>
      <TextInput
        aria-label={text('worklist.search')}
        placeholder={text('worklist.search')}
        leftSection={<IconSearch size="1.25rem" stroke={1.9} aria-hidden />}
        type="search"
        autoComplete="off"
        spellCheck={false}
        data-testid="worklist-search"
        value={search.typed}
        onChange={(event) => search.setTyped(event.currentTarget.value)}
      />
      <fieldset className={styles.filters}>
        <legend>{text('worklist.filter')}</legend>
        {FILTERS.map((name) => (
          <label key={name} className={styles.filter}>
            <input
              type="radio"
              name="worklist-filter"
              value={name}
              checked={name === search.filter}
              data-testid={`filter-${name}`}
              onChange={() => search.setFilter(name)}
            />
            <span>{text(`worklist.filter.${name}`)}</span>
            <span className={styles.count}>{search.counts.get(name)}</span>
          </label>
        ))}
      </fieldset>
    </search>
  )
}
