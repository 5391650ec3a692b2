import { Page } from '../app/Page.tsx'
import { useAppText } from '../app/useAppText.ts'
import { LockCard } from '../lock/LockCard.tsx'
import { StorageCard } from './StorageCard.tsx'

/** What belongs to this device and to no encounter. */
export function DeviceView() {
  const text = useAppText()
  return (
    <Page title={text('device.title')} width="narrow">
      <LockCard />
      <StorageCard />
    </Page>
  )
}
