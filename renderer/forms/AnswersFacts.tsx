import { useLanguage } from '@spira/shared/ui/LanguageContext.ts'
import { useIntl } from 'react-intl'
import { Facts } from '../app/Facts.tsx'
import { useAppText } from '../app/useAppText.ts'
import type { EncounterDetail } from '../bedside/bedside.ts'
import { readDraft } from '../protocol/protocols.ts'
import styles from './AnswersFacts.module.css'
import { answerInWords } from './spoken.ts'

/** What was answered, section by section, in words and with units; what was not answered is left out. */
export function AnswersFacts({ detail: { draft, protocol } }: { detail: Pick<EncounterDetail, 'draft' | 'protocol'> }) {
  const text = useAppText()
  const intl = useIntl()
  const { language } = useLanguage()
  const { sections } = readDraft(protocol, draft)
  const answered = sections
    .map(({ section, fields }) => ({
      section,
      facts: fields.flatMap(({ field, reading }) =>
        reading.status === 'ok'
          ? [[field.label[language], answerInWords(field, reading.value, { language, text, intl })] as const]
          : [],
      ),
    }))
    .filter(({ facts }) => facts.length > 0)
  if (answered.length === 0) return <p className={styles.none}>{text('answers.none')}</p>
  return (
    <div className={styles.sections}>
      {answered.map(({ section, facts }) => (
        <section key={section.id} aria-label={section.title[language]}>
          <h3>{section.title[language]}</h3>
          <Facts facts={facts} />
        </section>
      ))}
    </div>
  )
}
