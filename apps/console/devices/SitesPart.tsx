import { Button, TextInput } from '@mantine/core'
import { type SiteRow, siteRowSchema } from '@spira/shared/protocol/careApi.ts'
import { IconBuildingHospital } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { createColumnHelper } from '@tanstack/react-table'
import { useMemo, useState } from 'react'
import { z } from 'zod'
import { request } from '../api/request.ts'
import { type ConsoleText, useText } from '../catalogue.ts'
import { type Column, DataTable, type TableFeature } from '../frame/DataTable.tsx'
import { Dialog } from '../frame/Dialog.tsx'
import dialogStyles from '../frame/dialog.module.css'
import { DialogActions } from '../frame/DialogActions.tsx'
import { Failure } from '../frame/Failure.tsx'
import { Section } from '../frame/Section.tsx'
import { SimulatedMark } from '../frame/SimulatedMark.tsx'

const SITES_KEY = ['sites'] as const

export const useSites = () =>
  useQuery({ queryKey: SITES_KEY, queryFn: () => request('GET', '/sites', z.array(siteRowSchema)) })

/** Where devices stand: what each site has, a new one, another name. */
export function SitesPart({ mayChange }: { mayChange: boolean }) {
  const text = useText()
  const sites = useSites()
  const [naming, setNaming] = useState<SiteRow | 'new' | null>(null)
  const columns = useMemo(() => siteColumns(text, mayChange ? setNaming : undefined), [text, mayChange])
  return (
    <Section
      title={text('sites.title')}
      explanation={text('sites.explanation')}
      actions={
        mayChange && (
          <Button
            variant="default"
            onClick={() => setNaming('new')}
            leftSection={<IconBuildingHospital size={20} stroke={1.8} aria-hidden />}
            data-testid="site-open"
          >
            {text('sites.open')}
          </Button>
        )
      }
    >
      {sites.error !== null && <Failure error={sites.error} onRetry={() => void sites.refetch()} />}
      {sites.data !== undefined && (
        <DataTable
          label={text('sites.title')}
          columns={columns}
          rows={sites.data}
          rowId={({ id }) => id}
          wideOnly={['participants']}
          rowTestId="site-row"
        />
      )}
      {naming !== null && <NameDialog site={naming === 'new' ? null : naming} onClose={() => setNaming(null)} />}
    </Section>
  )
}

function NameDialog({ site, onClose }: { site: SiteRow | null; onClose: () => void }) {
  const text = useText()
  const client = useQueryClient()
  const [name, setName] = useState(site?.name ?? '')
  const save = useMutation({
    mutationFn: () =>
      request('POST', site === null ? '/sites' : `/sites/${site.id}/name`, z.array(siteRowSchema), { name }),
    onSuccess: (sites) => client.setQueryData(SITES_KEY, sites),
  })
  return (
    <Dialog onClose={onClose} title={text(site === null ? 'sites.open' : 'sites.rename')}>
      <form
        className={dialogStyles.form}
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate(undefined, { onSuccess: onClose })
        }}
      >
        <p>{text('sites.nameHint')}</p>
        <TextInput
          label={text('sites.name')}
          value={name}
          maxLength={80}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
          data-testid="site-name"
        />
        <DialogActions
          request={save}
          submit={text('sites.save')}
          testId="site-save"
          disabled={name.trim() === ''}
          onClose={onClose}
        />
      </form>
    </Dialog>
  )
}

const helper = createColumnHelper<TableFeature, SiteRow>()
const siteColumns = (text: ConsoleText, onRename: ((site: SiteRow) => void) | undefined): readonly Column<SiteRow>[] =>
  helper.columns([
    helper.accessor('name', {
      header: text('sites.name'),
      cell: ({ row: { original } }) => (
        <>
          <strong>{original.name}</strong> {original.simulated && <SimulatedMark />}
        </>
      ),
    }),
    helper.accessor('devices', { header: text('page.devices') }),
    helper.accessor('participants', { id: 'participants', header: text('sites.participants') }),
    helper.accessor('recordings', { header: text('page.recordings') }),
    helper.display({
      id: 'rename',
      header: text('device.actions'),
      cell: ({ row: { original } }) =>
        onRename !== undefined && (
          <Button
            variant="subtle"
            onClick={() => onRename(original)}
            aria-label={text('sites.renameOf', { name: original.name })}
          >
            {text('sites.renameOpen')}
          </Button>
        ),
    }),
  ])
