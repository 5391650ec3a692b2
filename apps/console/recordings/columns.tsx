import type { ShownRow } from '@spira/shared/protocol/annotatorSight.ts'
import { clock } from '@spira/shared/ui/clock.ts'
import { IconFlask } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { ComponentType } from 'react'
import { FormattedNumber } from 'react-intl'
import { useText } from '../catalogue.ts'
import { DayAndTime } from '../frame/DayAndTime.tsx'
import { Disagreement } from './Disagreement.tsx'
import { CurationBadge, LabelBadge, QualityBadge, Score } from './RecordingBadges.tsx'
import styles from './RecordingsTable.module.css'

type Cell = ComponentType<{ row: ShownRow }>

const Participant: Cell = ({ row }) => {
  const text = useText()
  const { sex, ageYears } = row
  return (
    <>
      <Link className={styles.open} to="/recordings/$recordingId" params={{ recordingId: row.id }} search>
        {row.participantCode}
        {row.simulated && <IconFlask size={16} stroke={1.8} aria-label={text('simulated.short')} />}
      </Link>
      <span className="second">
        {sex !== null && text(sexText(sex))}
        {sex !== null && ageYears !== null && ', '}
        {ageYears !== null && text('recording.years', { years: ageYears })}
      </span>
    </>
  )
}

export const sexText = (sex: string) =>
  `sex.${sex === 'female' || sex === 'male' || sex === 'other' ? sex : 'unknown'}` as const

const Site: Cell = ({ row }) => (
  <>
    {row.siteName}
    <span className="second">{row.deviceName}</span>
  </>
)

const Task: Cell = ({ row }) => {
  const text = useText()
  return (
    <>
      {text(`task.${row.task}`)}
      <span className="second">{clock(row.durationMs / 1000)}</span>
    </>
  )
}

const Label: Cell = ({ row }) =>
  'label' in row && (
    <>
      <LabelBadge label={row.label} />
      {row.cause !== null && <span className="second">{row.cause}</span>}
    </>
  )

const Quality: Cell = ({ row }) => (
  <>
    <QualityBadge verdict={row.quality} />
    {row.snrDb !== null && (
      <span className="second">
        <FormattedNumber value={row.snrDb} maximumFractionDigits={0} /> dB
      </span>
    )}
  </>
)

/** The explorer's columns, in their order; headings are `recording.<id>`. */
export const COLUMNS = [
  { id: 'participant', Cell: Participant },
  { id: 'date', Cell: ({ row }) => <DayAndTime instant={row.startedAt} /> },
  { id: 'siteAndDevice', Cell: Site },
  { id: 'task', Cell: Task },
  { id: 'label', Cell: Label },
  { id: 'quality', Cell: Quality },
  { id: 'score', Cell: ({ row }) => 'score' in row && <Score score={row.score} /> },
  { id: 'disagreement', Cell: ({ row }) => 'score' in row && <Disagreement value={row.disagreement} /> },
  {
    id: 'curation',
    Cell: ({ row }) => 'curation' in row && <CurationBadge state={row.curation} annotators={row.annotators} />,
  },
] as const satisfies readonly { id: string; Cell: Cell }[]
export type Column = (typeof COLUMNS)[number]

const JUDGEMENTS: ReadonlySet<Column['id']> = new Set(['label', 'score', 'disagreement', 'curation'])
/** Those of an annotator, to whom the server says nothing of what others judged. */
export const ANNOTATOR_COLUMNS = COLUMNS.filter(({ id }) => !JUDGEMENTS.has(id))
