import styles from './Hash.module.css'

/** The beginning of a SHA-256, the whole of it on hover and to whoever copies. */
export const Hash = ({ value, digits = 10 }: { value: string; digits?: number }) => (
  <code className={styles.hash} title={value}>
    {value.slice(0, digits)}
  </code>
)
