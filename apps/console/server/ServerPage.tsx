import { useRole } from '../account/session.ts'
import { useText } from '../catalogue.ts'
import { Page } from '../frame/Page.tsx'
import { BackupPart } from './BackupPart.tsx'
import { JobsPart } from './JobsPart.tsx'
import { StoragePart } from './StoragePart.tsx'

/** The machine behind it all: what it is doing, what fills its disk, and the copy of everything. */
export function ServerPage() {
  const text = useText()
  const mayChange = useRole() === 'administrator'
  return (
    <Page title={text('page.server')} explanation={text('server.explanation')}>
      <BackupPart mayMake={mayChange} />
      <JobsPart mayChange={mayChange} />
      <StoragePart />
    </Page>
  )
}
