import type { ShownFacets } from '@spira/shared/protocol/annotatorSight.ts'
import { IconX } from '@tabler/icons-react'
import { useText } from '../catalogue.ts'
import type { Explorer, ExplorerSearch } from './explorerSearch.ts'
import styles from './FilterChips.module.css'
import { useFilterWords } from './useFilterWords.ts'

/** What narrows the list, a word each; touching one takes it away. */
export function FilterChips({ explorer, facets }: { explorer: Explorer; facets: ShownFacets | undefined }) {
  const text = useText()
  const wordsOf = useFilterWords(facets)
  const { filters, change, replace, sort } = explorer
  if (!explorer.isFiltered) return null
  return (
    <div className={styles.chips} data-testid="filter-chips">
      {wordsOf(filters).map(({ key, words, without }) => (
        <button
          key={key}
          type="button"
          onClick={() => change(without as Partial<ExplorerSearch>)}
          aria-label={text('chip.remove', { what: words })}
        >
          {words}
          <IconX size={16} stroke={2} aria-hidden />
        </button>
      ))}
      <button
        type="button"
        className={styles.all}
        onClick={() => replace(sort === 'newest' ? {} : { sort })}
        data-testid="filters-clear"
      >
        {text('recordings.showAll')}
      </button>
    </div>
  )
}
