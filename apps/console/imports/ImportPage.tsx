import { Button } from '@mantine/core'
import type { ImportDetail, ImportMapping, ImportReport } from '@spira/shared/protocol/importsApi.ts'
import { IconChecks, IconFileImport } from '@tabler/icons-react'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useText } from '../catalogue.ts'
import { Failure } from '../frame/Failure.tsx'
import { Loading } from '../frame/Loading.tsx'
import { Page } from '../frame/Page.tsx'
import { Section } from '../frame/Section.tsx'
import { FilesPart } from './FilesPart.tsx'
import { useCheckImport, useFileImport, useImport } from './imports.ts'
import { completeMapping, draftOf, type MappingDraft } from './mappingDraft.ts'
import { MappingPart } from './MappingPart.tsx'
import { ReportPart } from './ReportPart.tsx'
import styles from './ImportPage.module.css'

/** One import, from its files over the meaning of its columns and the report of each row to the filing. */
export function ImportPage() {
  const text = useText()
  const { importId } = useParams({ from: '/imports/$importId' })
  const detail = useImport(importId)
  return (
    <Page title={detail.data?.name ?? text('page.imports')} explanation={text('imports.pageExplanation')}>
      {detail.isPending && <Loading />}
      {detail.error !== null && <Failure error={detail.error} onRetry={() => void detail.refetch()} />}
      {detail.data !== undefined && (
        <>
          <Section title={text('imports.files')} explanation={text('imports.filesExplanation')}>
            <FilesPart detail={detail.data} />
          </Section>
          {/* Another list or other files: another guess. */}
          {detail.data.files.length > 0 && (
            <Mapped
              key={`${detail.data.hasList} ${detail.data.columns.map(({ name }) => name).join()}`}
              detail={detail.data}
            />
          )}
        </>
      )}
    </Page>
  )
}

function Mapped({ detail }: { detail: ImportDetail }) {
  const text = useText()
  const navigate = useNavigate()
  const [draft, setDraft] = useState<MappingDraft>(() => draftOf(detail))
  const [checked, setChecked] = useState<{ mapping: ImportMapping; report: ImportReport } | null>(null)
  const check = useCheckImport(detail.id)
  const file = useFileImport(detail.id)
  const mapping = completeMapping(draft)
  const change = (next: MappingDraft): void => {
    setDraft(next)
    setChecked(null)
  }
  return (
    <>
      <Section title={text('imports.columns')} explanation={text('imports.columnsExplanation')}>
        <form
          onSubmit={(event) => {
            event.preventDefault()
            if (mapping !== null) check.mutate(mapping, { onSuccess: (report) => setChecked({ mapping, report }) })
          }}
        >
          <MappingPart detail={detail} draft={draft} onChange={change} />
          <div className={styles.actions}>
            {mapping === null && <p>{text('imports.incomplete')}</p>}
            <Button
              type="submit"
              variant={checked === null ? 'filled' : 'default'}
              disabled={mapping === null}
              loading={check.isPending}
              leftSection={<IconChecks size={20} stroke={1.8} aria-hidden />}
              data-testid="import-check"
            >
              {text('imports.check')}
            </Button>
          </div>
        </form>
        {check.error !== null && <Failure error={check.error} />}
      </Section>
      {checked !== null && (
        <Section title={text('imports.report')} explanation={text('imports.reportExplanation')}>
          <ReportPart importId={detail.id} {...checked} />
          {file.error !== null && <Failure error={file.error} />}
          <div className={styles.actions}>
            <Button
              disabled={checked.report.errors > 0 || checked.report.rows === 0}
              loading={file.isPending}
              onClick={() => file.mutate(checked.mapping, { onSuccess: () => void navigate({ to: '/imports' }) })}
              leftSection={<IconFileImport size={20} stroke={1.8} aria-hidden />}
              data-testid="import-file"
            >
              {text('imports.file', { rows: checked.report.rows })}
            </Button>
          </div>
        </Section>
      )}
    </>
  )
}
