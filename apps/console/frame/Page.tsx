import { type ReactNode, useEffect } from 'react'
import styles from './Page.module.css'

interface PageProps {
  readonly title: string
  readonly explanation: string
  readonly actions?: ReactNode
  readonly children: ReactNode
}

export function Page({ title, explanation, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Spira Edge`
  }, [title])
  return (
    <>
      <header className={styles.head}>
        <div>
          <h1>{title}</h1>
          <p>{explanation}</p>
        </div>
        {actions}
      </header>
      {children}
    </>
  )
}
