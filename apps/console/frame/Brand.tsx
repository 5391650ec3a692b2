import { useText } from '../catalogue.ts'
import styles from './Brand.module.css'

/** The product's name and which of its apps this is. */
export function Brand() {
  const text = useText()
  return (
    <div className={styles.brand}>
      <svg viewBox="0 0 32 32" width="34" height="34" aria-hidden>
        <rect width="32" height="32" rx="8" />
        <path d="M6 17v-2m5 6V11m5 14V7m5 12v-6m5 4v-2" />
      </svg>
      <div>
        <strong>Spira Edge</strong>
        <span>{text('brand.console')}</span>
      </div>
    </div>
  )
}
