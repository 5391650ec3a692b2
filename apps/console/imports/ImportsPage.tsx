import { Button, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import type { ImportRow } from '@spira/shared/protocol/importsApi.ts'
import { IconFileImport, IconPlus } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { useRole } from '../account/session.ts'
import { useText } from '../catalogue.ts'
import { DataTable } from '../frame/DataTable.tsx'
import { Dialog } from '../frame/Dialog.tsx'
import dialogStyles from '../frame/dialog.module.css'
import { DialogActions } from '../frame/DialogActions.tsx'
import { Empty } from '../frame/Empty.tsx'
import { Failure } from '../frame/Failure.tsx'
import { Loading } from '../frame/Loading.tsx'
import { Older } from '../frame/Older.tsx'
import { Page } from '../frame/Page.tsx'
import { useWhen } from '../frame/useFormats.ts'
import { importColumns } from './columns.tsx'
import { useCreateImport, useDiscardImport, useImports, useUndoImport } from './imports.ts'

/** Recordings that were made elsewhere: what came, from whom, and the way back. */
export function ImportsPage() {
  const text = useText()
  const when = useWhen()
  const role = useRole()
  const mayImport = role === 'administrator' || role === 'researcher'
  const imports = useImports()
  const [beginning, dialog] = useDisclosure(false)
  const [leaving, setLeaving] = useState<ImportRow | null>(null)
  const columns = useMemo(() => importColumns(text, when, mayImport ? setLeaving : undefined), [text, when, mayImport])
  return (
    <Page
      title={text('page.imports')}
      explanation={text('imports.explanation')}
      actions={
        mayImport && (
          <Button
            onClick={dialog.open}
            leftSection={<IconPlus size={20} stroke={1.8} aria-hidden />}
            data-testid="import-open"
          >
            {text('imports.open')}
          </Button>
        )
      }
    >
      {imports.isPending && <Loading />}
      {imports.error !== null && <Failure error={imports.error} onRetry={() => void imports.refetch()} />}
      {imports.data?.length === 0 && (
        <Empty icon={IconFileImport} title={text('imports.none')}>
          {text('imports.noneYet')}
        </Empty>
      )}
      {imports.data !== undefined && imports.data.length > 0 && (
        <DataTable
          label={text('page.imports')}
          columns={columns}
          rows={imports.data}
          rowId={({ id }) => id}
          wideOnly={['by']}
          rowTestId="import-row"
        />
      )}
      <Older list={imports} />
      {beginning && <BeginDialog onClose={dialog.close} />}
      {leaving !== null && <LeaveDialog row={leaving} onClose={() => setLeaving(null)} />}
    </Page>
  )
}

function BeginDialog({ onClose }: { onClose: () => void }) {
  const text = useText()
  const navigate = useNavigate()
  const create = useCreateImport()
  const [name, setName] = useState('')
  return (
    <Dialog onClose={onClose} title={text('imports.open')}>
      <form
        className={dialogStyles.form}
        onSubmit={(event) => {
          event.preventDefault()
          create.mutate(
            { name },
            { onSuccess: ({ id }) => void navigate({ to: '/imports/$importId', params: { importId: id } }) },
          )
        }}
      >
        <p>{text('imports.beginExplanation')}</p>
        <TextInput
          label={text('imports.name')}
          placeholder={text('imports.namePlaceholder')}
          value={name}
          maxLength={80}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
          data-testid="import-name"
        />
        <DialogActions
          request={create}
          submit={text('imports.begin')}
          testId="import-begin"
          disabled={name.trim() === ''}
          onClose={onClose}
        />
      </form>
    </Dialog>
  )
}

/** What is filed is taken out again; what is not yet is thrown away. */
function LeaveDialog({ row, onClose }: { row: ImportRow; onClose: () => void }) {
  const text = useText()
  const undo = useUndoImport()
  const discard = useDiscardImport()
  const isFiled = row.status === 'filed'
  const leave = isFiled ? undo : discard
  return (
    <Dialog onClose={onClose} title={text(isFiled ? 'imports.undoTitle' : 'imports.discardTitle', { name: row.name })}>
      <form
        className={dialogStyles.form}
        onSubmit={(event) => {
          event.preventDefault()
          leave.mutate(row.id, { onSuccess: onClose })
        }}
      >
        <p>
          {isFiled
            ? text('imports.undoExplanation', { recordings: row.recordings ?? 0, participants: row.participants ?? 0 })
            : text('imports.discardExplanation')}
        </p>
        <DialogActions
          request={leave}
          submit={text(isFiled ? 'imports.undo' : 'imports.discard')}
          testId="import-leave"
          isDestructive
          onClose={onClose}
        />
      </form>
    </Dialog>
  )
}
