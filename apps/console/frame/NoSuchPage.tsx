import { Button } from '@mantine/core'
import { IconMapQuestion } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useText } from '../catalogue.ts'
import { Empty } from './Empty.tsx'

export function NoSuchPage() {
  const text = useText()
  return (
    <Empty icon={IconMapQuestion} title={text('notFound.title')}>
      <Button component={Link} to="/recordings" variant="default" mt="sm">
        {text('page.recordings')}
      </Button>
    </Empty>
  )
}
