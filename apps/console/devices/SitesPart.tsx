import { Button, NumberInput, TextInput } from '@mantine/core'
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

/** Where devices stand: what each site has and how many there have the condition; a new one. */
export function SitesPart({ mayChange }: { mayChange: boolean }) {
  const text = useText()
  const sites = useSites()
  const [changing, setChanging] = useState<SiteRow | 'new' | null>(null)
  const columns = useMemo(() => siteColumns(text, mayChange ? setChanging : undefined), [text, mayChange])
  return (
    <Section
      title={text('sites.title')}
      explanation={text('sites.explanation')}
      actions={
        mayChange && (
          <Button
            variant="default"
            onClick={() => setChanging('new')}
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
          wideOnly={['participants', 'prevalence']}
          rowTestId="site-row"
        />
      )}
      {changing !== null && (
        <SiteDialog site={changing === 'new' ? null : changing} onClose={() => setChanging(null)} />
      )}
    </Section>
  )
}

function SiteDialog({ site, onClose }: { site: SiteRow | null; onClose: () => void }) {
  const text = useText()
  const client = useQueryClient()
  const [name, setName] = useState(site?.name ?? '')
  const [percent, setPercent] = useState<number | null>(site?.prevalencePercent ?? null)
  const save = useMutation({
    mutationFn: () =>
      request('POST', site === null ? '/sites' : `/sites/${site.id}`, z.array(siteRowSchema), {
        name,
        prevalencePercent: percent,
      }),
    onSuccess: (sites) => client.setQueryData(SITES_KEY, sites),
  })
  return (
    <Dialog onClose={onClose} title={text(site === null ? 'sites.open' : 'sites.change')}>
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
        <NumberInput
          label={text('sites.prevalence')}
          description={text('sites.prevalenceHint')}
          value={percent ?? ''}
          min={1}
          max={99}
          allowDecimal={false}
          allowNegative={false}
          clampBehavior="strict"
          onChange={(value) => setPercent(value === '' ? null : Number(value))}
          data-testid="site-prevalence"
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
const siteColumns = (text: ConsoleText, onChange: ((site: SiteRow) => void) | undefined): readonly Column<SiteRow>[] =>
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
    helper.accessor('prevalencePercent', {
      id: 'prevalence',
      header: text('sites.prevalenceShort'),
      cell: ({ getValue }) => getValue() ?? text('sites.notSaid'),
    }),
    helper.display({
      id: 'change',
      header: text('device.actions'),
      cell: ({ row: { original } }) =>
        onChange !== undefined && (
          <Button
            variant="subtle"
            onClick={() => onChange(original)}
            aria-label={text('sites.changeOf', { name: original.name })}
          >
            {text('sites.changeOpen')}
          </Button>
        ),
    }),
  ])
