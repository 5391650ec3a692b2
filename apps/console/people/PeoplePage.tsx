import { Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconUserPlus } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import { useRole } from '../account/session.ts'
import { useText } from '../catalogue.ts'
import { DataTable } from '../frame/DataTable.tsx'
import { Failure } from '../frame/Failure.tsx'
import { Loading } from '../frame/Loading.tsx'
import { Page } from '../frame/Page.tsx'
import { useWhen } from '../frame/useFormats.ts'
import { peopleColumns } from './columns.tsx'
import { InviteDialog } from './InviteDialog.tsx'
import { type Person, usePeople } from './people.ts'
import { PersonDialog } from './PersonDialog.tsx'

export function PeoplePage() {
  const text = useText()
  const when = useWhen()
  const mayChange = useRole() === 'administrator'
  const people = usePeople()
  const [inviting, dialog] = useDisclosure(false)
  const [changing, setChanging] = useState<Person | null>(null)
  const columns = useMemo(() => peopleColumns(text, when, mayChange ? setChanging : undefined), [text, when, mayChange])
  return (
    <Page
      title={text('page.people')}
      explanation={text('people.explanation')}
      actions={
        mayChange && (
          <Button
            onClick={dialog.open}
            leftSection={<IconUserPlus size={20} stroke={1.8} aria-hidden />}
            data-testid="invite"
          >
            {text('invite.open')}
          </Button>
        )
      }
    >
      {people.isPending && <Loading />}
      {people.error !== null && <Failure error={people.error} onRetry={() => void people.refetch()} />}
      {people.data !== undefined && (
        <DataTable
          label={text('page.people')}
          columns={columns}
          rows={people.data}
          rowId={({ id }) => id}
          wideOnly={['seen', 'factor']}
          rowTestId="person-row"
        />
      )}
      {inviting && <InviteDialog onClose={dialog.close} />}
      {changing !== null && <PersonDialog person={changing} onClose={() => setChanging(null)} />}
    </Page>
  )
}
