import { Button, Group } from '@mantine/core'
import { IconFileExport, IconFileImport } from '@tabler/icons-react'
import { useState } from 'react'
import { useBedside } from '../app/BedsideContext.tsx'
import { FailurePanel } from '../app/FailurePanel.tsx'
import { Card } from '../app/Page.tsx'
import { useAction } from '../app/useAction.ts'
import { useAppText } from '../app/useAppText.ts'
import styles from './SyncView.module.css'

/** The way to the server on foot: what waits goes out as a sealed file, its receipts come back. */
export function CarryCard({ waiting }: { waiting: number }) {
  const text = useAppText()
  const { carry } = useBedside()
  const [done, setDone] = useState('')
  const write = useAction(async () => {
    setDone('')
    if (await carry.exportWaiting()) setDone(text('sync.carry.exported'))
  })
  const read = useAction(async () => {
    setDone('')
    const count = await carry.importReceipts()
    if (count !== null) setDone(text('sync.carry.imported', { count }))
  })
  return (
    <Card label={text('sync.carry')}>
      <h2>{text('sync.carry')}</h2>
      <p>{text('sync.carry.words')}</p>
      <FailurePanel error={write.error ?? read.error} />
      <Group>
        <Button
          variant="light"
          leftSection={<IconFileExport size="1.25rem" aria-hidden />}
          loading={write.busy}
          disabled={waiting === 0}
          onClick={() => write.run()}
          data-testid="carry-export"
        >
          {text('sync.carry.export')}
        </Button>
        <Button
          variant="light"
          leftSection={<IconFileImport size="1.25rem" aria-hidden />}
          loading={read.busy}
          onClick={() => read.run()}
          data-testid="carry-import"
        >
          {text('sync.carry.import')}
        </Button>
      </Group>
      <output className={styles.done} data-testid="carry-done">
        {done}
      </output>
    </Card>
  )
}
