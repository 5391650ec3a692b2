import type { RecordingLineage } from '@spira/shared/protocol/lineage.ts'
import { IconGitBranch } from '@tabler/icons-react'
import { useParams } from '@tanstack/react-router'
import { useText } from '../catalogue.ts'
import { BackLink } from '../frame/BackLink.tsx'
import { Empty } from '../frame/Empty.tsx'
import { Failure } from '../frame/Failure.tsx'
import { Loading } from '../frame/Loading.tsx'
import { Page } from '../frame/Page.tsx'
import { useRecordingLineage } from './lineage.ts'
import { LineageGraph } from './LineageGraph.tsx'

/** A recording forward to every dataset version, run and model it is in, and as what. */
export function RecordingLineagePage() {
  const text = useText()
  const { recordingId } = useParams({ from: '/recordings/$recordingId/lineage' })
  const lineage = useRecordingLineage(recordingId)
  return (
    <Page
      title={text('lineage.ofRecording')}
      explanation={text('lineage.recordingExplanation')}
      actions={
        <BackLink to="/recordings/$recordingId" params={{ recordingId }} search>
          {text('lineage.toRecording')}
        </BackLink>
      }
    >
      {lineage.isPending && <Loading lines={8} />}
      {lineage.error !== null && <Failure error={lineage.error} onRetry={() => void lineage.refetch()} />}
      {lineage.data?.datasets.length === 0 && (
        <Empty icon={IconGitBranch} title={text('lineage.inNone')}>
          {text('lineage.inNoneYet')}
        </Empty>
      )}
      {lineage.data !== undefined && lineage.data.datasets.length > 0 && <Graph lineage={lineage.data} />}
    </Page>
  )
}

function Graph({ lineage }: { readonly lineage: RecordingLineage }) {
  const text = useText()
  const { recordingId, datasets, models } = lineage
  const part = (of: RecordingLineage['models'][number]) => text(`lineage.part.${of.part ?? 'unknown'}`)
  const registered = models.flatMap((model) =>
    model.modelId === null ? [] : [{ ...model, modelId: model.modelId, version: model.version ?? 0 }],
  )
  return (
    <LineageGraph
      label={text('lineage.ofRecording')}
      columns={[
        {
          title: text('lineage.recording'),
          nodes: [
            {
              id: recordingId,
              title: recordingId.slice(-12),
              lines: [],
              to: { to: '/recordings/$recordingId', params: { recordingId }, search: true },
              isSubject: true,
            },
          ],
        },
        {
          title: text('start.dataset'),
          nodes: datasets.map(({ id, name, label, contentHash }) => ({
            id,
            title: name,
            lines: [
              text(label === 1 ? 'label.present' : 'label.absent'),
              text('lineage.content', { hash: contentHash.slice(0, 12) }),
            ],
            to: { to: '/datasets' },
          })),
        },
        {
          title: text('lineage.run'),
          nodes: models.map((run) => ({
            id: run.runId,
            title: part(run),
            lines: [run.runId.slice(-12)],
            to: { to: '/training' },
          })),
        },
        {
          title: text('lineage.model'),
          nodes: registered.map(({ modelId, version, modelStatus }) => ({
            id: `model ${modelId}`,
            title: text('models.version', { version }),
            lines: modelStatus === null ? [] : [text(`modelStatus.${modelStatus}`)],
            to: { to: '/models/$modelId/lineage', params: { modelId } },
          })),
        },
      ].filter(({ nodes }) => nodes.length > 0)}
      edges={[
        ...datasets.map(({ id }) => ({ from: recordingId, to: id })),
        ...models.map(({ datasetVersionId, runId }) => ({ from: datasetVersionId, to: runId })),
        ...registered.map(({ runId, modelId }) => ({ from: runId, to: `model ${modelId}` })),
      ]}
    />
  )
}
