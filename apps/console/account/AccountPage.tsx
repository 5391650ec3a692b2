import { Paper } from '@mantine/core'
import { useText } from '../catalogue.ts'
import { Page } from '../frame/Page.tsx'
import styles from './AccountPage.module.css'
import { ApiTokens } from './ApiTokens.tsx'
import { SecondFactor } from './SecondFactor.tsx'

/** What a person sets up for the own account. */
export function AccountPage() {
  const text = useText()
  return (
    <Page title={text('page.account')} explanation={text('account.explanation')}>
      <div className={styles.sections}>
        <Paper component="section" withBorder p="xl" aria-labelledby="second-factor">
          <h2 id="second-factor">{text('factor.title')}</h2>
          <SecondFactor />
        </Paper>
        <Paper component="section" withBorder p="xl" aria-labelledby="api-tokens">
          <h2 id="api-tokens">{text('tokens.title')}</h2>
          <ApiTokens />
        </Paper>
      </div>
    </Page>
  )
}
