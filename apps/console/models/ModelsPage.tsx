import type { ModelVersion } from '@spira/shared/protocol/consoleApi.ts'
import { IconRosetteDiscountCheck } from '@tabler/icons-react'
import { useState } from 'react'
import { useRole } from '../account/session.ts'
import { useText } from '../catalogue.ts'
import { Empty } from '../frame/Empty.tsx'
import { Failure } from '../frame/Failure.tsx'
import { Loading } from '../frame/Loading.tsx'
import { Page } from '../frame/Page.tsx'
import { ApproveDialog } from './ApproveDialog.tsx'
import { ModelPanel } from './ModelPanel.tsx'
import { useModelVersions } from './models.ts'

export function ModelsPage() {
  const text = useText()
  const role = useRole()
  const mayApprove = role === 'administrator' || role === 'clinician-lead'
  const mayJudge = mayApprove || role === 'researcher'
  const models = useModelVersions()
  const [approving, setApproving] = useState<ModelVersion | null>(null)
  return (
    <Page title={text('page.models')} explanation={text('models.explanation')}>
      {models.isPending && <Loading />}
      {models.error !== null && <Failure error={models.error} onRetry={() => void models.refetch()} />}
      {models.data?.length === 0 && (
        <Empty icon={IconRosetteDiscountCheck} title={text('models.none')}>
          {text('models.noneYet')}
        </Empty>
      )}
      {models.data?.map((model) => (
        <ModelPanel
          key={model.modelId}
          model={model}
          onApprove={mayApprove ? () => setApproving(model) : undefined}
          mayJudge={mayJudge}
        />
      ))}
      {approving !== null && <ApproveDialog model={approving} onClose={() => setApproving(null)} />}
    </Page>
  )
}
