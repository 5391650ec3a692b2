import { Button } from '@mantine/core'
import { type Tone, ToneBadge } from '@spira/shared/ui/ToneBadge.tsx'
import { IconBan, IconCircleCheck, IconLock, IconMail, IconShieldCheck, type Icon } from '@tabler/icons-react'
import { createColumnHelper } from '@tanstack/react-table'
import type { ConsoleText } from '../catalogue.ts'
import type { Column, TableFeature } from '../frame/DataTable.tsx'
import type { Person } from './people.ts'

const helper = createColumnHelper<TableFeature, Person>()

const LOOK: Readonly<Record<Person['state'], { tone: Tone; icon: Icon }>> = {
  active: { tone: 'good', icon: IconCircleCheck },
  invited: { tone: 'unsure', icon: IconMail },
  locked: { tone: 'warn', icon: IconLock },
  disabled: { tone: 'alarm', icon: IconBan },
}

/** `onChange` is absent for whoever may only look. */
export function peopleColumns(
  text: ConsoleText,
  when: (instant: string) => string,
  onChange: ((person: Person) => void) | undefined,
): readonly Column<Person>[] {
  return helper.columns([
    helper.accessor('username', {
      header: text('signIn.username'),
      cell: ({ row: { original } }) => (
        <>
          <strong>{original.username}</strong>
          <span className="second">{text(`role.${original.role}`)}</span>
        </>
      ),
    }),
    helper.accessor('state', {
      header: text('person.state'),
      cell: ({ getValue }) => (
        <ToneBadge tone={LOOK[getValue()].tone} icon={LOOK[getValue()].icon}>
          {text(`personState.${getValue()}`)}
        </ToneBadge>
      ),
    }),
    helper.accessor('secondFactor', {
      id: 'factor',
      header: text('person.secondFactor'),
      cell: ({ row: { original } }) =>
        original.signInBy === 'oidc' ? (
          text('person.elsewhere')
        ) : original.secondFactor ? (
          <ToneBadge tone="good" icon={IconShieldCheck}>
            {text('factor.on')}
          </ToneBadge>
        ) : (
          text('factor.off')
        ),
    }),
    helper.accessor('lastSignInAt', {
      id: 'seen',
      header: text('person.lastSignIn'),
      cell: ({ getValue }) => {
        const at = getValue()
        return at === null ? text('device.never') : when(at)
      },
    }),
    helper.display({
      id: 'change',
      header: text('device.actions'),
      cell: ({ row: { original } }) =>
        onChange && (
          <Button variant="subtle" onClick={() => onChange(original)} data-testid={`change-${original.username}`}>
            {text('person.change')}
          </Button>
        ),
    }),
  ])
}
