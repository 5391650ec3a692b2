import { Button } from '@mantine/core'
import type { ModelVersion } from '@spira/shared/protocol/consoleApi.ts'
import { Panel } from '@spira/shared/ui/Panel.tsx'
import { IconScale } from '@tabler/icons-react'
import { useText } from '../catalogue.ts'
import { Failure } from '../frame/Failure.tsx'
import { useJudgeAgain } from './models.ts'

interface JudgeAgainProps {
  readonly modelId: string
  readonly standing: Exclude<NonNullable<ModelVersion['gateStanding']>, 'in-force'>
  /** Whether the reader may have it judged. */
  readonly offered: boolean
}

/** Why a candidate cannot be approved on what the gate has said of it, and the way to have it judged by what is in force. */
export function JudgeAgain({ modelId, standing, offered }: JudgeAgainProps) {
  const text = useText()
  const judge = useJudgeAgain()
  return (
    <>
      <Panel tone="warn" icon={IconScale} title={text(`gate.standing.${standing}`)} data-testid="gate-standing">
        <p>{text(judge.isSuccess ? 'gate.judging' : `gate.standingMeans.${standing}`)}</p>
        {offered && !judge.isSuccess && (
          <Button
            variant="default"
            onClick={() => judge.mutate(modelId)}
            loading={judge.isPending}
            data-testid="judge-again"
          >
            {text('gate.judgeAgain')}
          </Button>
        )}
      </Panel>
      {judge.error !== null && <Failure error={judge.error} />}
    </>
  )
}
