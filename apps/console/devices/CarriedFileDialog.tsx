import { Button, FileInput } from '@mantine/core'
import { Panel } from '@spira/shared/ui/Panel.tsx'
import { IconCircleCheck, IconFileDownload, IconUsb } from '@tabler/icons-react'
import { useState } from 'react'
import { useText } from '../catalogue.ts'
import { Dialog } from '../frame/Dialog.tsx'
import dialog from '../frame/dialog.module.css'
import { Failure } from '../frame/Failure.tsx'
import { receiptsFile, useImportCarried } from './devices.ts'

/** What a device without a network wrote to a stick is filed here; its receipts go back on the same stick. */
export function CarriedFileDialog({ onClose }: { onClose: () => void }) {
  const text = useText()
  const read = useImportCarried()
  const [file, setFile] = useState<File | null>(null)
  return (
    <Dialog onClose={onClose} title={text('carried.title')}>
      <form
        className={dialog.form}
        onSubmit={(event) => {
          event.preventDefault()
          if (file !== null) read.mutate(file)
        }}
      >
        <p>{text('carried.explanation')}</p>
        <FileInput
          label={text('carried.file')}
          placeholder="*.spira"
          accept=".spira"
          leftSection={<IconUsb size={18} aria-hidden />}
          value={file}
          onChange={setFile}
          data-testid="carried-file"
        />
        {read.error !== null && <Failure error={read.error} />}
        {read.data !== undefined && (
          <Panel
            tone={read.data.receipts.rejected.length === 0 ? 'good' : 'warn'}
            icon={IconCircleCheck}
            title={text('carried.done', {
              events: read.data.events,
              audios: read.data.audios,
              refused: read.data.receipts.rejected.length,
            })}
            data-testid="carried-done"
          >
            <p>{text('carried.next')}</p>
            <Button
              component="a"
              variant="light"
              href={receiptsFile(read.data)}
              download="spira-receipts.json"
              leftSection={<IconFileDownload size={18} aria-hidden />}
              data-testid="carried-receipts"
            >
              {text('carried.receipts')}
            </Button>
          </Panel>
        )}
        <div className={dialog.actions}>
          <Button variant="default" onClick={onClose}>
            {text('dialog.close')}
          </Button>
          <Button type="submit" disabled={file === null} loading={read.isPending} data-testid="carried-submit">
            {text('carried.submit')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
