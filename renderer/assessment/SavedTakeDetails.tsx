import { Button } from '@mantine/core'
import type { Participant } from '@spira/shared/protocol/records.ts'
import { IconChevronDown, IconChevronUp } from '@tabler/icons-react'
import { useId, useState } from 'react'
import { useBedside, useLive } from '../app/BedsideContext.tsx'
import { useAppText } from '../app/useAppText.ts'
import type { Take } from '../bedside/bedside.ts'
import { MeaningHere } from './MeaningHere.tsx'
import { TakeDetails } from './TakeDetails.tsx'

/** Why a saved take was read as it was, for whoever opens it later; measured only once it is asked for. */
export function SavedTakeDetails({ take, sex }: { take: Take; sex: Participant['sex'] }) {
  const text = useAppText()
  const { active } = useLive(useBedside().models.state)
  const [opened, setOpened] = useState(false)
  const region = useId()
  const assessment = take.outcome.status === 'scored' ? take.outcome.assessment : null
  // What its figures are worth is in the manifest: known here while the model that scored is still the active one.
  const manifest = active?.manifest.modelId === assessment?.model.id ? active?.manifest : undefined
  return (
    <>
      <Button
        variant="subtle"
        aria-expanded={opened}
        aria-controls={region}
        leftSection={opened ? <IconChevronUp size="1.25rem" /> : <IconChevronDown size="1.25rem" />}
        onClick={() => setOpened(!opened)}
        data-testid="saved-why"
      >
        {text(opened ? 'saved.whyHide' : 'saved.why')}
      </Button>
      <div id={region} hidden={!opened}>
        {opened && (
          <>
            {assessment !== null && manifest !== undefined && (
              <MeaningHere decision={assessment.decision} manifest={manifest} />
            )}
            <TakeDetails take={take} sex={sex} />
          </>
        )}
      </div>
    </>
  )
}
