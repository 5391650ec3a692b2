import { zodResolver } from '@hookform/resolvers/zod'
import { Button, NativeSelect, TextInput } from '@mantine/core'
import type { Label } from '@spira/shared/protocol/records.ts'
import { useCallback, useEffect, useMemo } from 'react'
import { Controller, useForm, useWatch } from 'react-hook-form'
import type { z } from 'zod'
import { useBedside, useLive } from '../app/BedsideContext.tsx'
import { ChoiceGroup } from '../app/ChoiceGroup.tsx'
import { FailurePanel } from '../app/FailurePanel.tsx'
import { useAction } from '../app/useAction.ts'
import { useAppText } from '../app/useAppText.ts'
import { useGathered } from '../app/useGathered.ts'
import type { TypedLabel } from '../bedside/bedside.ts'
import { localDay } from '../protocol/protocols.ts'
import styles from './LabelForm.module.css'
import { LABEL_VALUES, labelEntrySchema } from './labelEntry.ts'
import { LABEL_ICONS } from './labelLook.ts'

const WAYS = ['spo2', 'blood-gas', 'clinical', 'imaging', 'simulated'] as const satisfies readonly NonNullable<
  Label['establishedBy']
>[]

interface LabelFormProps {
  readonly encounterId: string
  /** The label that counts now. */
  readonly current: Label | undefined
  /** What was typed before and not given; null without. */
  readonly typed: TypedLabel | null
}

/**
 * What was in fact the matter, by whom and how it was established. Adds to the history, changes nothing in it. What is typed is on its
 * way to the disk with every key.
 */
export function LabelForm({ encounterId, current, typed }: LabelFormProps) {
  const text = useAppText()
  const { encounters, models, operator } = useBedside()
  const simulated = useLive(models.state).active?.manifest.trainedOn.simulated === true
  const schema = useMemo(() => labelEntrySchema(text), [text])
  const form = useForm<z.input<typeof schema>, unknown, z.output<typeof schema>>({
    resolver: zodResolver(schema),
    defaultValues: {
      // The clinician says how: what is chosen beforehand is not evidence.
      establishedBy: '',
      cause: current?.cause ?? '',
      establishedOn: localDay(),
      givenBy: operator.current.get(),
      ...typed,
    },
  })
  const typing = useGathered(
    useCallback((label: TypedLabel) => encounters.typeLabel(encounterId, label), [encounters, encounterId]),
    latest,
  )
  const { save: keep, idle } = typing
  const { subscribe } = form
  useEffect(
    () => subscribe({ formState: { values: true }, callback: ({ values }) => keep({ ...values }) }),
    [subscribe, keep],
  )
  const save = useAction(async ({ cause, establishedBy, establishedOn, ...label }: z.output<typeof schema>) => {
    // A key still on its way would bring back what is given now.
    await idle()
    await encounters.label(encounterId, {
      ...label,
      ...(cause === '' || label.value !== 'present' ? {} : { cause }),
      ...(establishedBy === '' ? {} : { establishedBy }),
      ...(establishedOn === '' ? {} : { establishedOn }),
    })
  })
  const value = useWatch({ control: form.control, name: 'value' })
  const { errors } = form.formState
  return (
    <form className={styles.form} onSubmit={(event) => void form.handleSubmit(save.run)(event)} noValidate>
      <Controller
        control={form.control}
        name="value"
        render={({ field }) => (
          <ChoiceGroup
            legend={text('label.question')}
            name="label"
            layout="stack"
            error={errors.value?.message}
            choices={LABEL_VALUES.map((v) => {
              const ValueIcon = LABEL_ICONS[v].icon
              return {
                value: v,
                label: text(`label.${v}`),
                icon: <ValueIcon size="1.375rem" stroke={1.9} aria-hidden />,
                testId: `label-${v}`,
              }
            })}
            value={field.value}
            onChange={field.onChange}
          />
        )}
      />
      <div className={styles.fields}>
        <NativeSelect
          label={text('label.how')}
          data-testid="label-how"
          error={errors.establishedBy?.message}
          data={[
            { value: '', label: text(value === 'unknown' ? 'label.how.not' : 'label.howChoose') },
            ...WAYS.filter((way) => simulated || way !== 'simulated').map((way) => ({
              value: way,
              label: text(`label.how.${way}`),
            })),
          ]}
          {...form.register('establishedBy')}
        />
        {value === 'present' && (
          <TextInput
            label={text('label.cause')}
            description={text('form.optional')}
            maxLength={80}
            autoComplete="off"
            data-testid="label-cause"
            {...form.register('cause')}
          />
        )}
        <TextInput
          type="date"
          label={text('label.when')}
          max={localDay()}
          error={errors.establishedOn?.message}
          data-testid="label-when"
          {...form.register('establishedOn')}
        />
        <TextInput
          label={text('label.by')}
          error={errors.givenBy?.message}
          maxLength={40}
          autoComplete="off"
          data-testid="label-by"
          {...form.register('givenBy')}
        />
      </div>
      <FailurePanel error={save.error ?? typing.error} />
      {typed !== null && (
        <p className={styles.begun} data-testid="label-begun">
          {text('label.begun')}
        </p>
      )}
      <div>
        <Button type="submit" loading={save.busy} data-testid="save-label">
          {current === undefined ? text('label.save') : text('label.saveNew')}
        </Button>
      </div>
    </form>
  )
}

const latest = (_: TypedLabel, later: TypedLabel): TypedLabel => later
