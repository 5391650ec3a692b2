import { Skeleton, VisuallyHidden } from '@mantine/core'
import { useText } from '../catalogue.ts'
import styles from './Loading.module.css'

/** Lines where the content will be. */
export function Loading({ lines = 5 }: { lines?: number }) {
  const text = useText()
  return (
    <div className={styles.loading} aria-busy>
      <VisuallyHidden component="output">{text('state.loading')}</VisuallyHidden>
      {Array.from({ length: lines }, (_, line) => (
        <Skeleton key={line} height={44} radius="md" />
      ))}
    </div>
  )
}
