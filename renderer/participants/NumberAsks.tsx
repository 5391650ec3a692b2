import { Button } from '@mantine/core'
import type { RecordNumberReading } from '@spira/shared/protocol/recordNumber.ts'
import { useLanguage } from '@spira/shared/ui/LanguageContext.ts'
import { Panel } from '@spira/shared/ui/Panel.tsx'
import { IconHelpCircle } from '@tabler/icons-react'
import { useAppText } from '../app/useAppText.ts'

interface NumberAsksProps {
  readonly reading: Extract<RecordNumberReading, { readonly status: 'asks' }>
  /** It is right as it is. */
  readonly onRight: (bare: string) => void
}

/** A number written like one with a check digit, which it fails: a slip of the pen, or another kind of number. */
export function NumberAsks({ reading: { bare, by }, onRight }: NumberAsksProps) {
  const text = useAppText()
  const { language } = useLanguage()
  return (
    <Panel
      tone="warn"
      icon={IconHelpCircle}
      title={text('participant.numberAsks', { rule: by.label[language] })}
      aria-live="polite"
      data-testid="number-asks"
    >
      <Button variant="default" onClick={() => onRight(bare)} data-testid="number-right">
        {text('participant.numberRight', { number: bare })}
      </Button>
    </Panel>
  )
}
