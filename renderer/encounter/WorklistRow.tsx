import { ActionIcon } from '@mantine/core'
import { DECISION_LOOK } from '@spira/shared/ui/decision.ts'
import { ToneBadge } from '@spira/shared/ui/ToneBadge.tsx'
import { IconBan, IconChevronRight, IconPencil, IconTag, IconTool, IconUser } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { Ref } from 'react'
import { FormattedDate } from 'react-intl'
import { useAppText } from '../app/useAppText.ts'
import type { EncounterSummary } from '../bedside/bedside.ts'
import { LABEL_ICONS } from '../labels/labelLook.ts'
import { ENCOUNTER_SYNC_LOOK } from '../sync/syncLook.ts'
import styles from './WorklistRow.module.css'

/** One encounter: who, when, what came out, what is still missing, and whether the server has it. */
export function WorklistRow({
  encounter,
  index,
  of,
  withDate,
  ref,
}: {
  encounter: EncounterSummary
  /** Its place in a list of `of`, most of which is not in the document. */
  index: number
  of: number
  withDate: boolean
  ref: Ref<HTMLLIElement>
}) {
  const text = useAppText()
  const { id, participantId, participantCode, initials, startedAt, state, sync, step } = encounter
  return (
    <li className={styles.item} ref={ref} data-index={index} aria-posinset={index + 1} aria-setsize={of}>
      <Link
        to="/encounter/$encounterId"
        params={{ encounterId: id }}
        className={styles.row}
        data-testid="worklist-row"
        data-encounter={id}
        data-state={state}
        data-sync={sync}
        data-dated={withDate}
      >
        <span className={styles.who}>
          <strong>{participantCode}</strong>
          {initials !== '' && <span className={styles.initials}>{initials}</span>}
          <span className={styles.time}>
            <FormattedDate value={startedAt} {...(withDate ? { dateStyle: 'short' } : {})} timeStyle="short" />
          </span>
        </span>
        <span className={styles.badges}>
          {state === 'draft' ? (
            <ToneBadge tone="unsure" icon={IconPencil}>
              {text('worklist.draft', { step: text(`step.${step}`) })}
            </ToneBadge>
          ) : (
            <>
              <Decision decision={encounter.decision} />
              <LabelState label={encounter.label} />
              <ToneBadge {...ENCOUNTER_SYNC_LOOK[sync]}>{text(`sync.encounter.${sync}`)}</ToneBadge>
            </>
          )}
        </span>
        <IconChevronRight className={styles.chevron} size="1.375rem" stroke={1.8} aria-hidden />
      </Link>
      <ActionIcon
        component={Link}
        to={`/participant/${participantId}`}
        className={styles.person}
        aria-label={text('worklist.participant', { code: participantCode })}
        title={text('worklist.participant', { code: participantCode })}
        data-testid="open-participant"
      >
        <IconUser size="1.375rem" stroke={1.8} />
      </ActionIcon>
    </li>
  )
}

function Decision({ decision }: Pick<EncounterSummary, 'decision'>) {
  const text = useAppText()
  if (decision === null) return null
  if (decision === 'refused')
    return (
      <ToneBadge tone="warn" icon={IconBan}>
        {text('worklist.refused')}
      </ToneBadge>
    )
  if (decision === 'failed')
    return (
      <ToneBadge tone="warn" icon={IconTool}>
        {text('worklist.failed')}
      </ToneBadge>
    )
  return <ToneBadge {...DECISION_LOOK[decision]}>{text(`worklist.${decision}`)}</ToneBadge>
}

function LabelState({ label }: Pick<EncounterSummary, 'label'>) {
  const text = useAppText()
  if (label === null)
    return (
      <ToneBadge tone="warn" icon={IconTag}>
        {text('worklist.labelMissing')}
      </ToneBadge>
    )
  return <ToneBadge {...LABEL_ICONS[label]}>{text('worklist.label', { label: text(`label.${label}`) })}</ToneBadge>
}
