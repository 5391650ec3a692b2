import { Button, Kbd, NativeSelect, SegmentedControl, Tabs } from '@mantine/core'
import { MOST_SKIPPED, type QueueOrder, queueOrderSchema } from '@spira/shared/protocol/curationApi.ts'
import { IconConfetti } from '@tabler/icons-react'
import { useState } from 'react'
import { useRole } from '../account/session.ts'
import { useText } from '../catalogue.ts'
import { Empty } from '../frame/Empty.tsx'
import { Failure } from '../frame/Failure.tsx'
import { Loading } from '../frame/Loading.tsx'
import { Page } from '../frame/Page.tsx'
import { Listening } from '../listening/ListeningPage.tsx'
import { type Keys, useKeys } from '../listening/useKeys.ts'
import { useRecording } from '../recordings/recordings.ts'
import { AgreementView } from './AgreementView.tsx'
import { useNext } from './curation.ts'
import styles from './CurationPage.module.css'

const WORKS = ['annotate', 'adjudicate'] as const
const TIMES = [1, 2, 3] as const

/** The choice after this one; after the last the first. */
const following = <T,>(choices: readonly T[], chosen: T): T =>
  choices[(choices.indexOf(chosen) + 1) % choices.length] ?? chosen

/** The keys of the choices, there as long as the queue is. */
function ChoiceKeys({ keys }: { keys: Keys }) {
  useKeys(keys)
  return null
}

/** The queue, a recording at a time; and how far the work has come. */
export function CurationPage() {
  const text = useText()
  const role = useRole()
  const [order, setOrder] = useState<QueueOrder>('random')
  const [work, setWork] = useState<'annotate' | 'adjudicate'>('annotate')
  const [annotators, setAnnotators] = useState<(typeof TIMES)[number]>(2)
  const mayDecide = role !== 'annotator'
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
          <ChoiceKeys
            keys={{
              Q: () => setOrder(following(queueOrderSchema.options, order)),
              ...(mayDecide && { D: () => setWork(following(WORKS, work)) }),
              ...(work === 'annotate' && { P: () => setAnnotators(following(TIMES, annotators)) }),
            }}
          />
          <div className={styles.choices}>
            {mayDecide && (
              <SegmentedControl
                aria-label={text('curation.work')}
                value={work}
                onChange={(chosen) => setWork(chosen === 'adjudicate' ? 'adjudicate' : 'annotate')}
                data={[
                  { value: 'annotate', label: text('curation.annotate') },
                  {
                    value: 'adjudicate',
                    label: (
                      <>
                        {text('curation.adjudicate')} <Kbd>D</Kbd>
                      </>
                    ),
                  },
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
              leftSection={<Kbd>Q</Kbd>}
            />
            {work === 'annotate' && (
              <NativeSelect
                aria-label={text('curation.annotators')}
                value={String(annotators)}
                onChange={({ currentTarget: { value } }) =>
                  setAnnotators(TIMES.find((count) => String(count) === value) ?? 2)
                }
                data={TIMES.map((count) => ({ value: String(count), label: text('curation.times', { count }) }))}
                leftSection={<Kbd>P</Kbd>}
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
  // The last one put aside comes back last.
  const [skipped, setSkipped] = useState<readonly string[]>([])
  const next = useNext(queue, turn, skipped)
  const recordingId = next.data?.recordingId ?? null
  const putAside = () => {
    if (recordingId !== null) {
      setSkipped((before) => [...before.filter((id) => id !== recordingId), recordingId].slice(-MOST_SKIPPED))
      setTurn((before) => before + 1)
    }
  }
  useKeys({ S: putAside })
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
      <h2 className={styles.task}>{text(`task.${recording.data.task}`)}</h2>
      <Listening recording={recording.data} blind onJudged={onJudged} />
    </>
  )
}
