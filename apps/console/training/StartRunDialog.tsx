import { zodResolver } from '@hookform/resolvers/zod'
import { NativeSelect, TextInput } from '@mantine/core'
import { type DatasetVersion, startRunBodySchema } from '@spira/shared/protocol/consoleApi.ts'
import { useForm } from 'react-hook-form'
import { useText } from '../catalogue.ts'
import { Dialog } from '../frame/Dialog.tsx'
import { DialogActions } from '../frame/DialogActions.tsx'
import { fieldError } from '../frame/fieldError.ts'
import styles from '../frame/dialog.module.css'
import { NETWORKS } from './networkNames.ts'
import { useStartRun } from './trainingRuns.ts'

interface StartRunDialogProps {
  readonly datasets: readonly DatasetVersion[]
  readonly onClose: () => void
}

export function StartRunDialog({ datasets, onClose }: StartRunDialogProps) {
  const text = useText()
  const start = useStartRun()
  const { register, handleSubmit, formState } = useForm({
    resolver: zodResolver(startRunBodySchema),
    defaultValues: {
      datasetVersionId: datasets[0]?.id ?? '',
      network: NETWORKS[0],
      seed: 1,
      maxEpochs: 30,
      seeds: 1,
      folds: 0,
    },
  })
  const { errors } = formState
  const submit = handleSubmit((body) => start.mutate(body, { onSuccess: onClose }))
  return (
    <Dialog onClose={onClose} title={text('start.title')}>
      <form className={styles.form} onSubmit={(event) => void submit(event)} noValidate>
        <p>{text('start.explanation')}</p>
        <NativeSelect
          label={text('start.dataset')}
          data={datasets.map(({ id, name, recordings }) => ({
            value: id,
            label: `${name} · ${text('dataset.recordings', { count: recordings })}`,
          }))}
          error={fieldError(text, errors.datasetVersionId)}
          {...register('datasetVersionId')}
        />
        <NativeSelect label={text('start.network')} data={[...NETWORKS]} {...register('network')} />
        <TextInput
          type="number"
          label={text('start.maxEpochs')}
          description={text('start.maxEpochsHint')}
          min={1}
          max={500}
          error={fieldError(text, errors.maxEpochs)}
          {...register('maxEpochs', { valueAsNumber: true })}
        />
        <TextInput
          type="number"
          label={text('start.seed')}
          description={text('start.seedHint')}
          min={0}
          error={fieldError(text, errors.seed)}
          {...register('seed', { valueAsNumber: true })}
        />
        <TextInput
          type="number"
          label={text('start.seeds')}
          description={text('start.seedsHint')}
          min={1}
          max={10}
          error={fieldError(text, errors.seeds)}
          {...register('seeds', { valueAsNumber: true })}
        />
        <TextInput
          type="number"
          label={text('start.folds')}
          description={text('start.foldsHint')}
          min={0}
          max={10}
          error={fieldError(text, errors.folds)}
          {...register('folds', { valueAsNumber: true })}
        />
        <DialogActions request={start} submit={text('start.submit')} testId="train-submit" onClose={onClose} />
      </form>
    </Dialog>
  )
}
