import type { ClinicalProtocol, Condition, Field } from '@spira/shared/protocol/clinicalProtocol.ts'
import { useLanguage } from '@spira/shared/ui/LanguageContext.ts'
import type { Language } from '@spira/shared/ui/languages.ts'
import { useText } from '../catalogue.ts'
import styles from './ProtocolPage.module.css'

/** A protocol as it will be asked, in the language of the console. */
export function ProtocolPreview({ protocol }: { protocol: ClinicalProtocol }) {
  const text = useText()
  const { language } = useLanguage()
  return (
    <section className={styles.preview} aria-label={text('protocol.preview')} data-testid="protocol-preview">
      <h2>{protocol.title[language]}</h2>
      {protocol.sections.map((section) => (
        <section key={section.id}>
          <h3>{section.title[language]}</h3>
          {section.when !== undefined && (
            <p className={styles.when}>{text('protocol.when', { condition: inWords(section.when) })}</p>
          )}
          <dl>
            {section.fields.map((field) => (
              <div key={field.id}>
                <dt>
                  {field.label[language]} <code>{field.id}</code>
                </dt>
                <dd>
                  {answersOf(field, language, text)}
                  {field.expected === true && ` · ${text('protocol.expected')}`}
                  {field.when !== undefined && ` · ${text('protocol.when', { condition: inWords(field.when) })}`}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
      <section>
        <h3>{text('protocol.tasks')}</h3>
        <dl>
          {protocol.tasks.map((task) => (
            <div key={task.task}>
              <dt>{task.title[language]}</dt>
              <dd>{text('protocol.taskTimes', { min: task.minSeconds, max: task.maxSeconds })}</dd>
            </div>
          ))}
        </dl>
      </section>
      <section>
        <h3>{text('protocol.consent', { version: protocol.consent.version })}</h3>
        {protocol.consent.paragraphs.map((paragraph) => (
          <p key={paragraph.en}>{paragraph[language]}</p>
        ))}
      </section>
    </section>
  )
}

/** As it is written in the protocol: the names are what the administrator edits. */
function inWords(condition: Condition): string {
  if ('field' in condition) return `${condition.field} = ${condition.is.join(' / ')}`
  return 'all' in condition ? condition.all.map(inWords).join(' + ') : condition.any.map(inWords).join(' / ')
}

function answersOf(field: Field, language: Language, text: ReturnType<typeof useText>): string {
  switch (field.kind) {
    case 'number': {
      const unit = typeof field.unit === 'string' ? field.unit : field.unit[language]
      const { possible, plausible, below } = field
      const range = text('protocol.range', {
        possible: `${possible.min}–${possible.max}`,
        plausible: `${plausible.min}–${plausible.max}`,
        unit,
      })
      return below === undefined ? range : `${range} · ${text('protocol.below', { field: below })}`
    }
    case 'choice':
    case 'several':
      return field.options.map(({ label }) => label[language]).join(' · ')
    case 'text':
    case 'date':
    case 'yes-no':
    case 'icd':
      return text(`protocol.kind.${field.kind}`)
  }
}
