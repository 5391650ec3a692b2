import type { auditRowSchema } from '@spira/shared/protocol/consoleApi.ts'
import { createColumnHelper } from '@tanstack/react-table'
import type { z } from 'zod'
import type { ConsoleText } from '../catalogue.ts'
import type { Column, TableFeature } from '../frame/DataTable.tsx'
import { Hash } from '../frame/Hash.tsx'

type AuditRow = z.infer<typeof auditRowSchema>
const helper = createColumnHelper<TableFeature, AuditRow>()

export function auditColumns(text: ConsoleText, when: (instant: string) => string): readonly Column<AuditRow>[] {
  return helper.columns([
    helper.accessor('sequence', { header: text('audit.sequence') }),
    helper.accessor('at', { id: 'at', header: text('audit.at'), cell: ({ getValue }) => when(getValue()) }),
    helper.accessor('actor', { id: 'actor', header: text('audit.actor') }),
    helper.accessor('action', {
      id: 'action',
      header: text('audit.action'),
      cell: ({ getValue }) => <strong>{getValue()}</strong>,
    }),
    helper.accessor('subject', { id: 'subject', header: text('audit.subject') }),
    helper.accessor('hash', {
      id: 'hash',
      header: text('audit.hash'),
      cell: ({ getValue }) => <Hash value={getValue()} />,
    }),
  ])
}
