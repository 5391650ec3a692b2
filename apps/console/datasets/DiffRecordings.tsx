import { diffRecordingSchema } from '@spira/shared/protocol/cohortApi.ts'
import { Link } from '@tanstack/react-router'
import { useRole } from '../account/session.ts'
import { usePages } from '../api/pages.ts'
import { useText } from '../catalogue.ts'
import { Failure } from '../frame/Failure.tsx'
import link from '../frame/link.module.css'
import { Loading } from '../frame/Loading.tsx'
import { Older } from '../frame/Older.tsx'
import { ScrollRegion } from '../frame/ScrollRegion.tsx'
import styles from './DiffPanel.module.css'

/** Each recording that is not the same in the two versions, with what is another; `total` says how many there are. */
export function DiffRecordings({ from, to, total }: { from: string; to: string; total: number }) {
  const text = useText()
  const mayListen = useRole() !== 'auditor'
  const list = usePages({
    queryKey: ['dataset-diff', from, to, 'recordings'],
    path: `/dataset-versions/${from}/diff/${to}/recordings`,
    item: diffRecordingSchema,
  })
  if (list.error !== null) return <Failure error={list.error} onRetry={() => void list.refetch()} />
  if (list.data === undefined) return <Loading lines={3} />
  const listed = text('diff.listed', { shown: list.data.length, total })
  return (
    <>
      <p className={styles.listed} data-testid="diff-listed">
        {listed}
      </p>
      <ScrollRegion className={styles.recordings} label={listed}>
        <table>
          <thead>
            <tr>
              <th scope="col">{text('diff.recording')}</th>
              <th scope="col">{text('diff.change')}</th>
              <th scope="col">{text('diff.fields')}</th>
            </tr>
          </thead>
          <tbody>
            {list.data.map(({ recordingId, task, change, fields }) => (
              <tr key={recordingId} data-testid="diff-recording">
                <th scope="row">
                  {task === null ? (
                    text('diff.gone')
                  ) : mayListen ? (
                    <Link className={link.link} to="/recordings/$recordingId" params={{ recordingId }} search>
                      {text(`task.${task}`)} · {recordingId.slice(-6)}
                    </Link>
                  ) : (
                    `${text(`task.${task}`)} · ${recordingId.slice(-6)}`
                  )}
                </th>
                <td data-part={change}>{text(`diff.${change}`)}</td>
                <td>{fields.join(', ')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      <Older list={list} />
    </>
  )
}
