import { Button } from '@mantine/core'
import { auditChainSchema, CONSOLE_API } from '@spira/shared/protocol/consoleApi.ts'
import { Panel } from '@spira/shared/ui/Panel.tsx'
import { IconAlertTriangle, IconDownload, IconLink, IconShieldCheck } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { request } from '../api/request.ts'
import { useText } from '../catalogue.ts'
import { Failure } from '../frame/Failure.tsx'
import styles from './AuditChain.module.css'

/** Computes every link again when asked to, and gives the log away whole. */
export function AuditChain() {
  const text = useText()
  const chain = useQuery({
    queryKey: ['audit-chain'],
    queryFn: () => request('GET', '/audit/chain', auditChainSchema),
    enabled: false,
  })
  const { data } = chain
  return (
    <div className={styles.chain}>
      <div className={styles.actions}>
        <Button
          variant="default"
          leftSection={<IconLink size={18} stroke={1.8} aria-hidden />}
          loading={chain.isFetching}
          onClick={() => void chain.refetch()}
          data-testid="audit-check"
        >
          {text('audit.check')}
        </Button>
        <Button
          component="a"
          href={`${CONSOLE_API}/audit/export`}
          download="audit-log.jsonl"
          variant="default"
          leftSection={<IconDownload size={18} stroke={1.8} aria-hidden />}
        >
          {text('audit.export')}
        </Button>
      </div>
      {chain.error !== null && <Failure error={chain.error} />}
      {data !== undefined &&
        (data.brokenAt === null ? (
          <Panel
            tone="good"
            icon={IconShieldCheck}
            title={text('audit.whole', { count: data.entries })}
            data-testid="audit-whole"
          >
            <p>
              {text('audit.head')} <code>{data.head}</code>
            </p>
          </Panel>
        ) : (
          <Panel tone="alarm" icon={IconAlertTriangle} title={text('audit.broken', { sequence: data.brokenAt })}>
            <p>{text('audit.brokenHint')}</p>
          </Panel>
        ))}
    </div>
  )
}
