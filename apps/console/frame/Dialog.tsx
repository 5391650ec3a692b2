import { Modal } from '@mantine/core'
import type { ReactNode } from 'react'
import { useText } from '../catalogue.ts'
import styles from './dialog.module.css'

interface DialogProps {
  readonly title: string
  readonly onClose: () => void
  readonly size?: 'md' | 'lg' | 'xl'
  readonly children: ReactNode
}

/** A question over the page; it is on the screen as long as it exists. */
export function Dialog({ title, onClose, size = 'md', children }: DialogProps) {
  const text = useText()
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      size={size}
      classNames={{ title: styles.title }}
      closeButtonProps={{ 'aria-label': text('dialog.close') }}
    >
      {children}
    </Modal>
  )
}
