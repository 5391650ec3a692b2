import type { Rollout } from '@spira/shared/protocol/rollouts.ts'
import { IconRocket } from '@tabler/icons-react'
import { useState } from 'react'
import { useRole } from '../account/session.ts'
import { useText } from '../catalogue.ts'
import { Empty } from '../frame/Empty.tsx'
import { Failure } from '../frame/Failure.tsx'
import { Loading } from '../frame/Loading.tsx'
import { Older } from '../frame/Older.tsx'
import { Page } from '../frame/Page.tsx'
import { ChannelsPart } from './ChannelsPart.tsx'
import { ReasonDialog } from './ReasonDialog.tsx'
import { ReleaseKeysPanel } from './ReleaseKeysPanel.tsx'
import { RolloutPanel } from './RolloutPanel.tsx'
import { type RolloutAction, useRollouts } from './rollouts.ts'

/** Every release on its way to the devices, and the keys that say what may run on them. */
export function RolloutsPage() {
  const text = useText()
  const role = useRole()
  const mayChange = role === 'administrator' || role === 'clinician-lead'
  const rollouts = useRollouts()
  const [asking, setAsking] = useState<{ readonly rollout: Rollout; readonly action: RolloutAction } | null>(null)
  return (
    <Page title={text('page.rollouts')} explanation={text('rollouts.explanation')}>
      {rollouts.isPending && <Loading />}
      {rollouts.error !== null && <Failure error={rollouts.error} onRetry={() => void rollouts.refetch()} />}
      {rollouts.data?.length === 0 && (
        <Empty icon={IconRocket} title={text('rollouts.none')}>
          {text('rollouts.noneYet')}
        </Empty>
      )}
      {rollouts.data?.map((rollout) => (
        <RolloutPanel
          key={rollout.id}
          rollout={rollout}
          onAct={mayChange ? (action) => setAsking({ rollout, action }) : undefined}
        />
      ))}
      <Older list={rollouts} />
      {role !== 'researcher' && <ChannelsPart mayChange={role === 'administrator'} />}
      {role !== 'researcher' && <ReleaseKeysPanel mayInstall={mayChange} />}
      {asking !== null && <ReasonDialog {...asking} onClose={() => setAsking(null)} />}
    </Page>
  )
}
