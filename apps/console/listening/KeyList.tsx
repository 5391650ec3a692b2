import { Kbd } from '@mantine/core'
import styles from './KeyList.module.css'

/** What the keys do, on one quiet line. */
export const KeyList = ({ keys, label }: { keys: readonly { keys: string; does: string }[]; label: string }) => (
  <dl className={styles.keys} aria-label={label}>
    {keys.map(({ keys: combination, does }) => (
      <div key={combination}>
        <dt>
          {combination.split(' ').map((key) => (
            <Kbd key={key}>{key}</Kbd>
          ))}
        </dt>
        <dd>{does}</dd>
      </div>
    ))}
  </dl>
)
