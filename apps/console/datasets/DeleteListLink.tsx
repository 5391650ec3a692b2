import { Button } from '@mantine/core'
import { CONSOLE_API } from '@spira/shared/protocol/consoleApi.ts'
import { IconListCheck } from '@tabler/icons-react'
import { useText } from '../catalogue.ts'

/** For whoever holds a copy of an exported version: the recordings of those who have withdrawn since, by their names in it. */
export function DeleteListLink({ datasetVersionId, name }: { datasetVersionId: string; name: string }) {
  const text = useText()
  return (
    <Button
      component="a"
      href={`${CONSOLE_API}/dataset-versions/${datasetVersionId}/withdrawn`}
      download={`delete-${datasetVersionId}.json`}
      variant="subtle"
      leftSection={<IconListCheck size={18} stroke={1.8} aria-hidden />}
      aria-label={`${text('dataset.deleteList')}: ${name}`}
      data-testid="delete-list"
    >
      {text('dataset.deleteList')}
    </Button>
  )
}
