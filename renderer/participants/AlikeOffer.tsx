import { Button } from '@mantine/core'
import { Panel } from '@spira/shared/ui/Panel.tsx'
import { IconUsers } from '@tabler/icons-react'
import { useIntl } from 'react-intl'
import { useAppText } from '../app/useAppText.ts'
import type { KnownParticipant } from '../bedside/bedside.ts'
import { unbroken } from '../encounter/unbroken.ts'

interface AlikeOfferProps {
  readonly alike: readonly KnownParticipant[]
  readonly onSame: (participantId: string) => void
}

/** Somebody seen before who may be this very person: offered in a line each, passed over by going on. */
export function AlikeOffer({ alike, onSame }: AlikeOfferProps) {
  const text = useAppText()
  const { formatDate } = useIntl()
  if (alike.length === 0) return null
  return (
    <Panel tone="plain" icon={IconUsers} title={text('participant.alike')} aria-live="polite" data-testid="alike">
      {alike.map(({ participant: { id, code }, lastStartedAt }) => (
        <div key={id}>
          <p>
            {text('participant.alikeWho', {
              code: unbroken(code),
              day: formatDate(lastStartedAt, { dateStyle: 'medium' }),
            })}
          </p>
          <Button variant="default" onClick={() => onSame(id)} data-testid="same-person">
            {text('participant.adopt', { code: unbroken(code) })}
          </Button>
        </div>
      ))}
    </Panel>
  )
}
