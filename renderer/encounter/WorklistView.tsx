import { Button } from '@mantine/core'
import { ErrorPanel } from '@spira/shared/ui/ErrorPanel.tsx'
import { IconPlus, IconStethoscope } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { useBedside, useLive } from '../app/BedsideContext.tsx'
import { FailurePanel } from '../app/FailurePanel.tsx'
import { Page } from '../app/Page.tsx'
import { UpdateOffer } from '../app/UpdateOffer.tsx'
import { useAction } from '../app/useAction.ts'
import { useAppText } from '../app/useAppText.ts'
import { useStill } from '../app/useStill.ts'
import { OPENING_MODEL_MS } from '../models/ModelBadge.tsx'
import { InterruptedPanel } from '../recording/InterruptedPanel.tsx'
import { CopyNotice } from '../recording/CopyNotice.tsx'
import { StorageNotice } from '../recording/StorageNotice.tsx'
import { useToday } from './useToday.ts'
import { useWorklistSearch } from './useWorklistSearch.ts'
import { WorklistRows } from './WorklistRows.tsx'
import { WorklistSearch } from './WorklistSearch.tsx'
import { byDay } from './worklistDays.ts'
import styles from './WorklistView.module.css'

/** Today's encounters, what a crash cut off, and the way to the next one. */
export function WorklistView() {
  const text = useAppText()
  const navigate = useNavigate()
  const { encounters, recorder, models, operator } = useBedside()
  const worklist = useLive(encounters.worklist)
  const interrupted = useLive(recorder.interrupted)
  const withoutModel = useStill(useLive(models.state).active === null, OPENING_MODEL_MS)
  const start = useAction(async () => {
    const { id } = await encounters.start(operator.current.get())
    await navigate({ to: '/encounter/$encounterId', params: { encounterId: id } })
  })
  const search = useWorklistSearch(worklist)
  const { today, earlier } = byDay(search.found, useToday())
  const narrowed = search.found.length < worklist.length
  return (
    <Page
      title={text('worklist.title')}
      aside={
        <Button
          size="xl"
          className={styles.begin}
          leftSection={<IconPlus size="1.625rem" />}
          loading={start.busy}
          onClick={() => start.run()}
          data-testid="new-encounter"
        >
          {text('worklist.new')}
        </Button>
      }
    >
      <FailurePanel error={start.error} />
      {interrupted.map((recording) => (
        <InterruptedPanel key={recording.recordingId} recording={recording} />
      ))}
      {withoutModel && (
        <ErrorPanel happened={text('model.none')} kept={text('model.noneKept')} next={text('model.noneNext')} />
      )}
      <StorageNotice />
      <CopyNotice />
      <UpdateOffer />
      {worklist.length > 0 && <WorklistSearch search={search} />}
      <section aria-label={text('worklist.today')}>
        <h2 className={styles.day}>{text('worklist.today')}</h2>
        {today.length === 0 && narrowed && (
          <p className={styles.nothing}>
            {text(earlier.length === 0 ? 'worklist.nothingFound' : 'worklist.nothingToday')}
          </p>
        )}
        {today.length === 0 && !narrowed ? (
          <div className={styles.empty}>
            <IconStethoscope size="2.5rem" stroke={1.4} aria-hidden />
            <p>{text('worklist.empty')}</p>
            <p>{text('worklist.emptyHint')}</p>
          </div>
        ) : (
          today.length > 0 && <WorklistRows encounters={today} />
        )}
      </section>
      {earlier.length > 0 && (
        <section aria-label={text('worklist.earlier')}>
          <h2 className={styles.day}>{text('worklist.earlier')}</h2>
          <WorklistRows encounters={earlier} withDate />
        </section>
      )}
    </Page>
  )
}
