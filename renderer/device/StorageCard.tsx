import { useIntl } from 'react-intl'
import { useBedside, useLive } from '../app/BedsideContext.tsx'
import { Facts } from '../app/Facts.tsx'
import { Card } from '../app/Page.tsx'
import { useAppText } from '../app/useAppText.ts'

/** How much room there is, and whether the browser promised to keep what is here. */
export function StorageCard() {
  const text = useAppText()
  const { formatNumber } = useIntl()
  const { freeBytes, persisted } = useLive(useBedside().storage)
  const megabytes = freeBytes === null ? null : formatNumber(freeBytes / 1_000_000, { maximumFractionDigits: 0 })
  return (
    <Card label={text('storage.title')}>
      <h2>{text('storage.title')}</h2>
      <Facts
        facts={[
          [text('storage.free'), megabytes === null ? text('storage.unknown') : text('sync.megabytes', { megabytes })],
          [
            text('storage.kept'),
            text(persisted === null ? 'storage.unknown' : persisted ? 'storage.persisted' : 'storage.notPersisted'),
          ],
        ]}
      />
    </Card>
  )
}
