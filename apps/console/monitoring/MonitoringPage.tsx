import { Button } from '@mantine/core'
import type { MonitoredWeek } from '@spira/shared/protocol/monitoring.ts'
import { Panel } from '@spira/shared/ui/Panel.tsx'
import { IconBellRinging, IconHeartRateMonitor } from '@tabler/icons-react'
import { useRole } from '../account/session.ts'
import { useText } from '../catalogue.ts'
import { Empty } from '../frame/Empty.tsx'
import { Failure } from '../frame/Failure.tsx'
import { Loading } from '../frame/Loading.tsx'
import { Page } from '../frame/Page.tsx'
import { useAlerts, useCloseAlert, useMonitoring } from './monitoring.ts'
import styles from './MonitoringPage.module.css'
import { WeekLine } from './WeekLine.tsx'

/** How each model fares at each site, week by week, and what calls for a look. */
export function MonitoringPage() {
  const text = useText()
  const weeks = useMonitoring()
  const groups = Map.groupBy(weeks.data ?? [], ({ modelVersion, site }) => `${modelVersion} ${site}`)
  return (
    <Page title={text('page.monitoring')} explanation={text('monitoring.explanation')}>
      <Alerts />
      {weeks.isPending && <Loading />}
      {weeks.error !== null && <Failure error={weeks.error} onRetry={() => void weeks.refetch()} />}
      {weeks.data?.length === 0 && (
        <Empty icon={IconHeartRateMonitor} title={text('monitoring.none')}>
          {text('monitoring.noneYet')}
        </Empty>
      )}
      {[...groups].map(([key, own]) => (
        <ModelAtSite key={key} weeks={own} />
      ))}
    </Page>
  )
}

function ModelAtSite({ weeks }: { weeks: readonly MonitoredWeek[] }) {
  const text = useText()
  const [first] = weeks
  if (first === undefined) return null
  return (
    <section className={styles.group} data-testid="monitored">
      <h2>
        {text('models.version', { version: first.modelVersion })} · {first.site}
      </h2>
      <div className={styles.weeks}>
        {weeks.map((week) => (
          <WeekLine key={week.week} week={week} />
        ))}
      </div>
    </section>
  )
}

function Alerts() {
  const text = useText()
  const role = useRole()
  const alerts = useAlerts()
  const close = useCloseAlert()
  const open = (alerts.data ?? []).filter(({ closedAt }) => closedAt === null)
  if (open.length === 0) return null
  const mayClose = role === 'administrator' || role === 'clinician-lead'
  return (
    <Panel tone="warn" icon={IconBellRinging} title={text('alerts.title', { count: open.length })} data-testid="alerts">
      <ul className={styles.alerts}>
        {open.map(({ id, sentence }) => (
          <li key={id}>
            <span>{sentence}</span>
            {mayClose && (
              <Button variant="default" loading={close.isPending} onClick={() => close.mutate(id)}>
                {text('alerts.close')}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  )
}
