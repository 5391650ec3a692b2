import { usePercent } from '../frame/useFormats.ts'
import styles from './Disagreement.module.css'

/** How far label and score are apart: a short bar that fills, and its figure. */
export function Disagreement({ value }: { value: number | null }) {
  const percent = usePercent()
  if (value === null) return <span className={styles.none}>–</span>
  return (
    <span className={styles.disagreement} data-far={value > 0.5 || undefined}>
      <span aria-hidden>
        <i style={{ width: `${value * 100}%` }} />
      </span>
      {percent(value)}
    </span>
  )
}
