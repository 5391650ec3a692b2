import { Button, Checkbox, SegmentedControl, Select } from '@mantine/core'
import type { DatasetVersion } from '@spira/shared/protocol/consoleApi.ts'
import { type ExportLayout, exportLayoutSchema } from '@spira/shared/protocol/exportsApi.ts'
import { useState } from 'react'
import { useText } from '../catalogue.ts'
import { Dialog } from '../frame/Dialog.tsx'
import dialog from '../frame/dialog.module.css'
import { Failure } from '../frame/Failure.tsx'
import { Loading } from '../frame/Loading.tsx'
import { ExportPreview } from './ExportPreview.tsx'
import { usePreview, useStartExport } from './exports.ts'

/** Chooses the form, shows exactly what would leave, and only then lets it. */
export function ExportDialog({ version, onClose }: { version: DatasetVersion; onClose: () => void }) {
  const text = useText()
  const [layout, setLayout] = useState<ExportLayout>('audiofolder')
  const [audio, setAudio] = useState<'wav' | 'flac'>('wav')
  const [cleared, setCleared] = useState(false)
  const wanted = {
    datasetVersionId: version.id,
    layout,
    audio,
    clearedText: cleared ? (['label_cause'] as const) : [],
  }
  const preview = usePreview(wanted)
  const start = useStartExport()
  return (
    <Dialog onClose={onClose} title={text('export.title', { name: version.name })} size="xl">
      <div className={dialog.form}>
        <Select
          label={text('export.layout')}
          description={text(`layoutMeans.${layout}`)}
          data={exportLayoutSchema.options.map((value) => ({ value, label: text(`layout.${value}`) }))}
          value={layout}
          onChange={(chosen) => setLayout(exportLayoutSchema.parse(chosen))}
          allowDeselect={false}
          data-autofocus
          data-testid="export-layout"
        />
        {layout !== 'features' && layout !== 'features-parquet' && (
          <SegmentedControl
            value={audio}
            onChange={(chosen) => setAudio(chosen === 'flac' ? 'flac' : 'wav')}
            aria-label={text('export.audio')}
            data={[
              { value: 'wav', label: text('export.wav') },
              { value: 'flac', label: text('export.flac') },
            ]}
          />
        )}
        <Checkbox
          checked={cleared}
          onChange={(event) => setCleared(event.currentTarget.checked)}
          label={text('export.clearCause')}
        />
        {preview.error !== null && <Failure error={preview.error} onRetry={() => void preview.refetch()} />}
        {preview.data === undefined ? preview.isPending && <Loading /> : <ExportPreview preview={preview.data} />}
        {start.error !== null && <Failure error={start.error} />}
        <div className={dialog.actions}>
          <Button variant="default" onClick={onClose}>
            {text('dialog.cancel')}
          </Button>
          <Button
            loading={start.isPending}
            disabled={preview.data === undefined || preview.data.recordings === 0}
            onClick={() => start.mutate(wanted, { onSuccess: onClose })}
            data-testid="export-start"
          >
            {text('export.start')}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
