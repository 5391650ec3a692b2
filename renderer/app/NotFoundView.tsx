import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { Page } from './Page.tsx'
import { useAppText } from './useAppText.ts'

/** An address that leads to nothing on this device. */
export function NotFoundView() {
  const text = useAppText()
  return (
    <Page title={text('notFound.title')} width="narrow">
      <p>{text('notFound.words')}</p>
      <div>
        <Button component={Link} to="/">
          {text('frame.home')}
        </Button>
      </div>
    </Page>
  )
}
