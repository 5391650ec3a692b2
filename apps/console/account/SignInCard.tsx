import { Paper } from '@mantine/core'
import { ColorSchemeSwitch } from '@spira/shared/ui/ColorSchemeSwitch.tsx'
import { LanguageSwitch } from '@spira/shared/ui/LanguageSwitch.tsx'
import type { ReactNode } from 'react'
import { useText } from '../catalogue.ts'
import { Brand } from '../frame/Brand.tsx'
import styles from './SignInCard.module.css'

interface SignInCardProps {
  readonly title: string
  readonly explanation: string
  readonly children: ReactNode
}

/** The page before the console: one question, and the choice of language for whoever reads it. */
export function SignInCard({ title, explanation, children }: SignInCardProps) {
  const text = useText()
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <Brand />
        <div className={styles.choices}>
          <LanguageSwitch />
          <ColorSchemeSwitch />
        </div>
      </header>
      <main className={styles.main}>
        <Paper className={styles.card} withBorder p="xl">
          <h1>{title}</h1>
          <p>{explanation}</p>
          {children}
        </Paper>
        <p className={styles.note}>{text('signIn.note')}</p>
      </main>
    </div>
  )
}
