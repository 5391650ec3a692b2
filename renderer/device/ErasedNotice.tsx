import { Panel } from '@spira/shared/ui/Panel.tsx'
import { IconEraser } from '@tabler/icons-react'
import { useIntl } from 'react-intl'
import { useAppText } from '../app/useAppText.ts'
import type { Erased } from '../bedside/bedside.ts'

/** Why a device that was in use is empty now: nobody shall look for recordings that cannot be here. */
export function ErasedNotice({ erased }: { erased: Erased }) {
  const text = useAppText()
  const { formatDate } = useIntl()
  const date = formatDate(erased.at, { dateStyle: 'medium', timeStyle: 'short' })
  return <Panel tone="warn" icon={IconEraser} title={text(`erased.${erased.because}`, { date })} data-testid="erased" />
}
