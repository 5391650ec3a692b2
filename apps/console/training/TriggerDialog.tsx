import { Group, NativeSelect, TextInput } from '@mantine/core'
import { newTriggerSchema, runSettingsSchema, type RunTrigger } from '@spira/shared/protocol/runTriggers.ts'
import { useState } from 'react'
import { useText } from '../catalogue.ts'
import { Dialog } from '../frame/Dialog.tsx'
import { DialogActions } from '../frame/DialogActions.tsx'
import styles from '../frame/dialog.module.css'
import { DryRunView } from './DryRunView.tsx'
import { NETWORKS } from './networkNames.ts'
import { useSaveTrigger } from './triggers.ts'

interface TriggerDialogProps {
  /** Null: a new one. */
  readonly trigger: RunTrigger | null
  readonly onClose: () => void
}

/** When runs start by themselves and with what; below, what such a run would do now. */
export function TriggerDialog({ trigger, onClose }: TriggerDialogProps) {
  const text = useText()
  const save = useSaveTrigger(trigger?.id ?? null)
  const [kind, setKind] = useState<RunTrigger['kind']>(trigger?.kind ?? 'new-labels')
  const [cron, setCron] = useState(trigger?.cron ?? '0 3 * * 0')
  const [newLabels, setNewLabels] = useState(String(trigger?.newLabels ?? 50))
  const [network, setNetwork] = useState(trigger?.settings.network ?? NETWORKS[0])
  const [numbers, setNumbers] = useState({
    maxEpochs: String(trigger?.settings.maxEpochs ?? 30),
    seeds: String(trigger?.settings.seeds ?? 1),
    folds: String(trigger?.settings.folds ?? 0),
  })
  const given = newTriggerSchema.safeParse(
    kind === 'schedule' ? { kind, cron } : kind === 'new-labels' ? { kind, newLabels: Number(newLabels) } : { kind },
  )
  const settings = runSettingsSchema.safeParse({
    ...trigger?.settings,
    network,
    maxEpochs: Number(numbers.maxEpochs),
    seeds: Number(numbers.seeds),
    folds: Number(numbers.folds),
  })
  const wrong = settings.success ? [] : settings.error.issues.map(({ path }) => path[0])
  return (
    <Dialog title={text(trigger === null ? 'trigger.new' : 'trigger.change')} onClose={onClose} size="lg">
      <form
        className={styles.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          if (given.success && settings.success)
            save.mutate({ trigger: given.data, settings: settings.data }, { onSuccess: onClose })
        }}
      >
        <NativeSelect
          label={text('trigger.kind')}
          value={kind}
          data={[
            { value: 'new-labels', label: text('trigger.kind.newLabels') },
            { value: 'schedule', label: text('trigger.kind.schedule') },
            { value: 'drift', label: text('trigger.kind.drift') },
          ]}
          onChange={({ currentTarget: { value } }) =>
            setKind(newTriggerSchema.options.map((one) => one.shape.kind.value).find((one) => one === value) ?? 'drift')
          }
          data-testid="trigger-kind"
        />
        {kind === 'schedule' && (
          <TextInput
            label={text('trigger.cron')}
            description={text('trigger.cronHint')}
            value={cron}
            onChange={({ currentTarget: { value } }) => setCron(value)}
            error={given.success ? undefined : text('trigger.cronWrong')}
            data-testid="trigger-cron"
          />
        )}
        {kind === 'new-labels' && (
          <TextInput
            type="number"
            min={1}
            label={text('trigger.count')}
            description={text('trigger.countHint')}
            value={newLabels}
            onChange={({ currentTarget: { value } }) => setNewLabels(value)}
            error={given.success ? undefined : text('form.tooLittle')}
            data-testid="trigger-count"
          />
        )}
        {kind === 'drift' && <p>{text('trigger.driftHint')}</p>}
        <NativeSelect
          label={text('start.network')}
          data={[...NETWORKS]}
          value={network}
          onChange={({ currentTarget: { value } }) => setNetwork(value)}
        />
        <Group grow align="start">
          {(['maxEpochs', 'seeds', 'folds'] as const).map((name) => (
            <TextInput
              key={name}
              type="number"
              min={name === 'folds' ? 0 : 1}
              label={text(`start.${name}`)}
              value={numbers[name]}
              onChange={({ currentTarget: { value } }) => setNumbers({ ...numbers, [name]: value })}
              error={wrong.includes(name) ? text('trigger.outOfRange') : undefined}
              data-testid={`trigger-${name}`}
            />
          ))}
        </Group>
        <DryRunView settings={settings.success ? settings.data : null} />
        <DialogActions
          request={save}
          submit={text(trigger === null ? 'triggers.add' : 'trigger.save')}
          testId="trigger-submit"
          onClose={onClose}
          disabled={!given.success || !settings.success}
        />
      </form>
    </Dialog>
  )
}
