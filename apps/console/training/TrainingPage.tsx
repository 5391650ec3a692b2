import { Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconArrowsDiff, IconBrain, IconPlayerPlay } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useRole } from '../account/session.ts'
import { useText } from '../catalogue.ts'
import { useDatasetVersions } from '../datasets/datasets.ts'
import { Empty } from '../frame/Empty.tsx'
import { Failure } from '../frame/Failure.tsx'
import { Loading } from '../frame/Loading.tsx'
import { Older } from '../frame/Older.tsx'
import { Page } from '../frame/Page.tsx'
import { MOST_COMPARED } from './compareRuns.ts'
import { DeadLetters } from './DeadLetters.tsx'
import { RunPanel } from './RunPanel.tsx'
import { StartRunDialog } from './StartRunDialog.tsx'
import styles from './TrainingPage.module.css'
import { TriggersPanel } from './TriggersPanel.tsx'
import { useTrainingRuns } from './trainingRuns.ts'

export function TrainingPage() {
  const text = useText()
  const role = useRole()
  const mayTrain = role === 'administrator' || role === 'researcher'
  const runs = useTrainingRuns()
  const datasets = useDatasetVersions()
  const [starting, dialog] = useDisclosure(false)
  const [compared, setCompared] = useState<readonly string[]>([])
  const mark = (id: string, isMarked: boolean) =>
    setCompared((before) => [...before.filter((one) => one !== id), ...(isMarked ? [id] : [])].slice(-MOST_COMPARED))
  const hasDatasets = datasets.data !== undefined && datasets.data.length > 0
  return (
    <Page
      title={text('page.training')}
      explanation={text('training.explanation')}
      actions={
        <div className={styles.actions}>
          {compared.length > 1 && (
            <Button
              variant="default"
              renderRoot={(props) => <Link {...props} to="/training/compare" search={{ run: compared }} />}
              leftSection={<IconArrowsDiff size={20} stroke={1.8} aria-hidden />}
              data-testid="compare-open"
            >
              {text('compare.open', { count: compared.length })}
            </Button>
          )}
          {mayTrain && (
            <Button
              onClick={dialog.open}
              disabled={!hasDatasets}
              leftSection={<IconPlayerPlay size={20} stroke={1.8} aria-hidden />}
              data-testid="train-start"
            >
              {text('start.open')}
            </Button>
          )}
        </div>
      }
    >
      <DeadLetters mayChange={mayTrain} />
      <TriggersPanel mayChange={mayTrain} />
      {runs.isPending && <Loading />}
      {runs.error !== null && <Failure error={runs.error} onRetry={() => void runs.refetch()} />}
      {runs.data?.length === 0 && (
        <Empty icon={IconBrain} title={text('training.none')}>
          {text(hasDatasets ? 'training.noneYet' : 'training.noDataset')}
        </Empty>
      )}
      {runs.data?.map((run, index) => (
        <RunPanel
          key={run.id}
          run={run}
          mayCancel={mayTrain}
          curves={index === 0 ? 'shown' : 'folded'}
          compared={compared.includes(run.id)}
          onCompare={(isMarked) => mark(run.id, isMarked)}
        />
      ))}
      <Older list={runs} />
      {starting && datasets.data !== undefined && <StartRunDialog datasets={datasets.data} onClose={dialog.close} />}
    </Page>
  )
}
