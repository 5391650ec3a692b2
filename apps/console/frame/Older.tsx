import { Button } from '@mantine/core'
import type { Pages } from '../api/pages.ts'
import { useText } from '../catalogue.ts'

/** Under a list of which there is more. */
export function Older({
  list,
}: {
  list: Pick<Pages<unknown>, 'hasNextPage' | 'isFetchingNextPage' | 'fetchNextPage'>
}) {
  const text = useText()
  return (
    list.hasNextPage && (
      <Button
        variant="default"
        mt="md"
        loading={list.isFetchingNextPage}
        onClick={() => void list.fetchNextPage()}
        data-testid="list-older"
      >
        {text('list.older')}
      </Button>
    )
  )
}
