import type { ModelLineage } from '@spira/shared/protocol/lineage.ts'
import { ScrollArea } from '@mantine/core'
import { Link, useParams } from '@tanstack/react-router'
import { useText } from '../catalogue.ts'
import { BackLink } from '../frame/BackLink.tsx'
import { Failure } from '../frame/Failure.tsx'
import { Hash } from '../frame/Hash.tsx'
import { Loading } from '../frame/Loading.tsx'
import { Page } from '../frame/Page.tsx'
import { useModelVersions } from '../models/models.ts'
import { useStageName } from '../training/useStageName.ts'
import { useModelLineage } from './lineage.ts'
import { LineageGraph, type LineageColumn } from './LineageGraph.tsx'
import styles from './Lineage.module.css'

/** How many recordings of a part are named; all of them are in `spira lineage` and in the dataset version's export. */
const NAMED = 60
const PARTS = ['train', 'validation', 'test'] as const

/** A model back to the recordings that it learned from and was judged on. */
export function ModelLineagePage() {
  const text = useText()
  const { modelId } = useParams({ from: '/models/$modelId/lineage' })
  const lineage = useModelLineage(modelId)
  return (
    <Page
      title={
        lineage.data === undefined ? text('lineage.title') : text('lineage.ofModel', { version: lineage.data.version })
      }
      explanation={text('lineage.explanation')}
      actions={<BackLink to="/models">{text('lineage.toModels')}</BackLink>}
    >
      {lineage.isPending && <Loading lines={8} />}
      {lineage.error !== null && <Failure error={lineage.error} onRetry={() => void lineage.refetch()} />}
      {lineage.data !== undefined && <Lineage lineage={lineage.data} />}
    </Page>
  )
}

const partOf = ({ part }: ModelLineage['recordings'][number]) => part ?? 'unknown'

function Lineage({ lineage }: { readonly lineage: ModelLineage }) {
  const text = useText()
  const stageName = useStageName()
  const models = useModelVersions()
  const release = models.data?.find(({ modelId }) => modelId === lineage.modelId)?.release ?? null
  const parts = Map.groupBy(lineage.recordings, partOf)
  const shown = [...PARTS, 'unknown' as const].filter((part) => parts.has(part))
  const columns: LineageColumn[] = [
    {
      title: text('lineage.recordings'),
      nodes: shown.map((part) => {
        const own = parts.get(part) ?? []
        return {
          id: part,
          title: text(`lineage.part.${part}`),
          lines: [
            text('dataset.recordings', { count: own.length }),
            text('lineage.people', { count: new Set(own.map(({ participantId }) => participantId)).size }),
            text('lineage.classes', {
              present: own.filter(({ label }) => label === 1).length,
              absent: own.filter(({ label }) => label === 0).length,
            }),
          ],
        }
      }),
    },
    {
      title: text('start.dataset'),
      nodes: [
        {
          id: 'dataset',
          title: lineage.datasetName,
          lines: [
            text('dataset.recordings', { count: lineage.recordings.length }),
            text('lineage.content', { hash: lineage.contentHash.slice(0, 12) }),
          ],
          to: { to: '/datasets' },
        },
      ],
    },
    {
      title: text('lineage.run'),
      nodes: [
        {
          id: 'run',
          title: text('run.seed', { seed: String(lineage.seed) }),
          lines: [
            lineage.startedBy,
            text('lineage.stages', { count: lineage.stages.length }),
            text('lineage.code', { version: lineage.codeVersion.slice(0, 12) }),
          ],
          to: { to: '/training' },
        },
      ],
    },
    {
      title: text('lineage.model'),
      nodes: [
        {
          id: 'model',
          title: text('models.version', { version: lineage.version }),
          lines: [`ONNX ${lineage.onnxSha256.slice(0, 12)}`],
          to: { to: '/models' },
          isSubject: true,
        },
      ],
    },
    ...(release === null
      ? []
      : [
          {
            title: text('lineage.release'),
            nodes: [
              {
                id: 'release',
                title: text('lineage.releaseNumber', { sequence: release.sequence }),
                lines: [release.approvedBy],
                to: { to: '/rollouts' as const },
              },
            ],
          },
        ]),
  ]
  const edges = [
    ...shown.map((part) => ({ from: part, to: 'dataset' })),
    { from: 'dataset', to: 'run' },
    { from: 'run', to: 'model' },
    { from: 'model', to: 'release' },
  ]
  return (
    <>
      <LineageGraph columns={columns} edges={edges} label={text('lineage.ofModel', { version: lineage.version })} />
      <ScrollArea className={styles.stages ?? ''} type="auto" viewportProps={{ tabIndex: 0 }}>
        <table>
          <caption>{text('lineage.hashes')}</caption>
          <thead>
            <tr>
              <th scope="col">{text('stages.stage')}</th>
              <th scope="col">{text('lineage.in')}</th>
              <th scope="col">{text('lineage.out')}</th>
            </tr>
          </thead>
          <tbody>
            {lineage.stages.map(({ stage, shard, inputHash, outputHash }) => (
              <tr key={`${stage} ${shard}`}>
                <th scope="row">
                  {stageName(stage)}
                  {shard === 'all' ? '' : ` ${shard}`}
                </th>
                <td>{inputHash !== null && <Hash value={inputHash} digits={16} />}</td>
                <td>{outputHash !== null && <Hash value={outputHash} digits={16} />}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollArea>
      {shown.map((part) => {
        const own = parts.get(part) ?? []
        return (
          <details key={part} className={styles.list} data-testid={`lineage-list-${part}`}>
            <summary>
              {text(`lineage.part.${part}`)} · {text('dataset.recordings', { count: own.length })}
            </summary>
            <ul>
              {own.slice(0, NAMED).map(({ recordingId, label }) => (
                <li key={recordingId}>
                  <Link to="/recordings/$recordingId/lineage" params={{ recordingId }}>
                    {recordingId.slice(-12)}
                  </Link>{' '}
                  {text(label === 1 ? 'label.present' : 'label.absent')}
                </li>
              ))}
            </ul>
            {own.length > NAMED && <p>{text('lineage.more', { count: own.length - NAMED })}</p>}
          </details>
        )
      })}
    </>
  )
}
