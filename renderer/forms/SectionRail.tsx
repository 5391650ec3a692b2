import { UnstyledButton } from '@mantine/core'
import type { ReadSection } from '@spira/shared/protocol/clinicalProtocolAnswers.ts'
import { useLanguage } from '@spira/shared/ui/LanguageContext.ts'
import { IconAlertTriangle, IconCircle, IconCircleCheck, IconCircleHalf2, type Icon } from '@tabler/icons-react'
import { useAppText } from '../app/useAppText.ts'
import styles from './AnswersStep.module.css'

const STATE_ICONS: Readonly<Record<ReadSection['state'], Icon>> = {
  empty: IconCircle,
  partly: IconCircleHalf2,
  filled: IconCircleCheck,
  attention: IconAlertTriangle,
}

interface SectionRailProps {
  readonly sections: readonly ReadSection[]
  readonly current: string
  readonly onVisit: (sectionId: string) => void
}

/** Every section that is asked, how far it is, and the way there. */
export function SectionRail({ sections, current, onVisit }: SectionRailProps) {
  const text = useAppText()
  const { language } = useLanguage()
  return (
    <nav className={styles.rail} aria-label={text('form.sections')}>
      <ol>
        {sections.map(({ section, state }) => {
          const StateIcon = STATE_ICONS[state]
          return (
            <li key={section.id}>
              <UnstyledButton
                ref={section.id === current ? bringIntoSight : undefined}
                className={styles.entry}
                aria-current={section.id === current ? 'true' : undefined}
                data-state={state}
                data-testid={`section-${section.id}`}
                onClick={() => onVisit(section.id)}
              >
                <StateIcon size="1.25rem" stroke={1.9} aria-hidden />
                <span>{section.title[language]}</span>
                <span className={styles.state}>{text(`form.state.${state}`)}</span>
              </UnstyledButton>
            </li>
          )
        })}
      </ol>
    </nav>
  )
}

/** On a narrow screen the sections stand in one line, which may be longer than the screen. */
function bringIntoSight(entry: HTMLElement | null): void {
  entry?.scrollIntoView({ block: 'nearest', inline: 'center' })
}
