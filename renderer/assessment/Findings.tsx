import type { QualityFinding } from '@spira/shared/protocol/quality.ts'
import { IconAlertTriangle, IconBan } from '@tabler/icons-react'
import { useAppText } from '../app/useAppText.ts'
import styles from './Findings.module.css'

/** What was found about a recording's sound: one sentence each, with what to do about it. */
export function Findings({ findings }: { findings: readonly QualityFinding[] }) {
  const text = useAppText()
  if (findings.length === 0) return null
  return (
    <ul className={styles.findings}>
      {findings.map(({ code, severity, leastMs }) => {
        const FindingIcon = severity === 'refusal' ? IconBan : IconAlertTriangle
        return (
          <li
            key={code}
            data-testid="finding"
            data-code={code}
            data-severity={severity}
            data-tone={severity === 'refusal' ? 'alarm' : 'warn'}
          >
            <FindingIcon size="1.25rem" stroke={1.9} aria-hidden />
            <span>{text(`finding.${code}`, { least: leastMs === undefined ? 0 : Math.ceil(leastMs / 1000) })}</span>
          </li>
        )
      })}
    </ul>
  )
}
