import { Button, Kbd, NativeSelect, SegmentedControl, Tabs } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { type QueueOrder, queueOrderSchema } from '@spira/shared/protocol/curationApi.ts'
import { IconConfetti } from '@tabler/icons-react'
import { useState } from 'react'
import { useRole } from '../account/session.ts'
import { useText } from '../catalogue.ts'
import { Empty } from '../frame/Empty.tsx'
import { Failure } from '../frame/Failure.tsx'
import { Loading } from '../frame/Loading.tsx'
import { Page } from '../frame/Page.tsx'
import { Listening } from '../listening/ListeningPage.tsx'
import { useRecording } from '../recordings/recordings.ts'
import { AgreementView } from './AgreementView.tsx'
import { useNext } from './curation.ts'
import styles from './CurationPage.module.css'

/** The queue, a recording at a time; and how far the work has come. */
export function CurationPage() {
  const text = useText()
  const role = useRole()
  const [order, setOrder] = useState<QueueOrder>('random')
  const [work, setWork] = useState<'annotate' | 'adjudicate'>('annotate')
  const [annotators, setAnnotators] = useState(2)
  return (
    <Page title={text('page.curation')} explanation={text('curation.explanation')}>
      <div data-wide-page />
      <Tabs defaultValue="queue" keepMounted={false} classNames={{ tab: styles.tab }}>
        <Tabs.List mb="md">
          <Tabs.Tab value="queue" data-testid="curation-queue-tab">
            {text('curation.queue')}
          </Tabs.Tab>
          <Tabs.Tab value="agreement" data-testid="curation-agreement-tab">
            {text('curation.agreement')}
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="queue">
          <div className={styles.choices}>
            {role !== 'annotator' && (
              <SegmentedControl
                aria-label={text('curation.work')}
                value={work}
                onChange={(chosen) => setWork(chosen === 'adjudicate' ? 'adjudicate' : 'annotate')}
                data={[
                  { value: 'annotate', label: text('curation.annotate') },
                  { value: 'adjudicate', label: text('curation.adjudicate') },
                ]}
                data-testid="curation-work"
              />
            )}
            <NativeSelect
              aria-label={text('curation.order')}
              value={order}
              onChange={(event) => setOrder(queueOrderSchema.parse(event.currentTarget.value))}
              data={queueOrderSchema.options.map((value) => ({ value, label: text(`order.${value}`) }))}
              data-testid="curation-order"
            />
            {work === 'annotate' && (
              <NativeSelect
                aria-label={text('curation.annotators')}
                value={String(annotators)}
                onChange={(event) => setAnnotators(Number(event.currentTarget.value))}
                data={[1, 2, 3].map((count) => ({ value: String(count), label: text('curation.times', { count }) }))}
              />
            )}
          </div>
          <Turns key={`${order}-${work}-${annotators}`} order={order} work={work} annotators={annotators} />
        </Tabs.Panel>
        <Tabs.Panel value="agreement">
          <AgreementView />
        </Tabs.Panel>
      </Tabs>
    </Page>
  )
}

interface TurnsProps {
  readonly order: QueueOrder
  readonly work: 'annotate' | 'adjudicate'
  readonly annotators: number
}

function Turns(queue: TurnsProps) {
  const text = useText()
  const [turn, setTurn] = useState(0)
  const [skip, setSkip] = useState<string | undefined>()
  const next = useNext(queue, turn, skip)
  const recordingId = next.data?.recordingId ?? null
  const putAside = () => {
    if (recordingId !== null) {
      setSkip(recordingId)
      setTurn((before) => before + 1)
    }
  }
  useHotkeys([['S', putAside]])
  if (next.isPending) return <Loading lines={8} />
  if (next.data === undefined) return <Failure error={next.error} onRetry={() => void next.refetch()} />
  if (recordingId === null)
    return (
      <Empty icon={IconConfetti} title={text('curation.done')}>
        {text('curation.doneHint')}
      </Empty>
    )
  return (
    <>
      <div className={styles.turn}>
        <output data-testid="curation-waiting">{text('curation.waiting', { count: next.data.waiting })}</output>
        <Button variant="subtle" onClick={putAside} rightSection={<Kbd>S</Kbd>} data-testid="curation-skip">
          {text('curation.skip')}
        </Button>
      </div>
      <Turn key={recordingId} recordingId={recordingId} onJudged={() => setTurn((before) => before + 1)} />
    </>
  )
}

function Turn({ recordingId, onJudged }: { recordingId: string; onJudged: () => void }) {
  const text = useText()
  const recording = useRecording(recordingId)
  if (recording.isPending) return <Loading lines={8} />
  if (recording.data === undefined) return <Failure error={recording.error} onRetry={() => void recording.refetch()} />
  return (
    <>
      <h2 className={styles.code}>
        {recording.data.participantCode} <span>{text(`task.${recording.data.task}`)}</span>
      </h2>
      <Listening recording={recording.data} onJudged={onJudged} />
    </>
  )
}
