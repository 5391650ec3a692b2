import { IconArrowLeft } from '@tabler/icons-react'
import { createLink } from '@tanstack/react-router'
import type { ComponentProps } from 'react'
import styles from './link.module.css'

/** To the page that this one is part of, beside its title. */
export const BackLink = createLink(({ children, ...link }: ComponentProps<'a'>) => (
  <a {...link} className={styles.link}>
    <IconArrowLeft size={18} stroke={1.8} aria-hidden />
    {children}
  </a>
))
