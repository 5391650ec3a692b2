import { ToneBadge } from '@spira/shared/ui/ToneBadge.tsx'
import { IconFlask } from '@tabler/icons-react'
import { useText } from '../catalogue.ts'

/** Stands with everything that was made of simulated data alone. */
export function SimulatedMark() {
  const text = useText()
  return (
    <ToneBadge tone="warn" icon={IconFlask} title={text('intendedUse.simulated-not-for-clinical-use')}>
      {text('simulated.short')}
    </ToneBadge>
  )
}
