import { ActionIcon, Button, Checkbox, NumberInput, Switch } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import type { Cohort, CohortRule, Matching } from '@spira/shared/protocol/cohortApi.ts'
import { IconSnowflake, IconTrash } from '@tabler/icons-react'
import { useRole } from '../account/session.ts'
import { useText } from '../catalogue.ts'
import { ClassBalance } from '../datasets/ClassBalance.tsx'
import { Failure } from '../frame/Failure.tsx'
import { Loading } from '../frame/Loading.tsx'
import { Page } from '../frame/Page.tsx'
import { useFacets } from '../recordings/recordings.ts'
import { useFilterWords } from '../recordings/useFilterWords.ts'
import { useCohort, useCohortPreview } from './cohort.ts'
import styles from './CohortPage.module.css'
import { ConfounderTable } from './ConfounderTable.tsx'
import { FlowDiagram } from './FlowDiagram.tsx'
import { FreezeCohort } from './FreezeCohort.tsx'
import { RuleForm } from './RuleForm.tsx'

/** From all recordings to those a study uses: rules in words, what each takes, and what the classes differ in besides the label. */
export function CohortPage() {
  const text = useText()
  const role = useRole()
  const { cohort, change } = useCohort()
  const facets = useFacets('', true)
  const preview = useCohortPreview(cohort)
  const wordsOf = useFilterWords(facets.data)
  const [freezing, dialog] = useDisclosure(false)
  const words = ({ mode, filters }: CohortRule): string =>
    text(`rule.words.${mode}`, {
      what: wordsOf(filters)
        .map((each) => each.words)
        .join(' · '),
    })
  const ruleWords = (index: number): string => {
    const rule = cohort.rules[index]
    return rule === undefined ? '' : words(rule)
  }
  const usable =
    preview.data !== undefined && preview.data.classes.present.recordings + preview.data.classes.absent.recordings
  return (
    <Page
      title={text('page.cohort')}
      explanation={text('cohort.explanation')}
      actions={
        (role === 'administrator' || role === 'researcher') && (
          <Button
            leftSection={<IconSnowflake size={20} stroke={1.8} aria-hidden />}
            disabled={usable === false || usable === 0}
            onClick={dialog.open}
            data-testid="cohort-freeze"
          >
            {text('cohort.freeze')}
          </Button>
        )
      }
    >
      <div data-wide-page />
      <div className={styles.builder}>
        <div className={styles.rules}>
          <section className={styles.card}>
            <h2>{text('cohort.rules')}</h2>
            {cohort.rules.length === 0 && <p className={styles.muted}>{text('cohort.noRules')}</p>}
            <ol>
              {cohort.rules.map((rule, index) => (
                <li key={words(rule)} data-mode={rule.mode} data-testid="cohort-rule">
                  <span>{words(rule)}</span>
                  <ActionIcon
                    aria-label={text('rule.remove', { what: words(rule) })}
                    onClick={() => change({ ...cohort, rules: cohort.rules.filter((_, at) => at !== index) })}
                  >
                    <IconTrash size={18} stroke={1.8} />
                  </ActionIcon>
                </li>
              ))}
            </ol>
            <RuleForm facets={facets.data} onAdd={(rule) => change({ ...cohort, rules: [...cohort.rules, rule] })} />
          </section>
          <MatchingCard cohort={cohort} change={change} />
        </div>
        <div className={styles.results} aria-busy={preview.isPlaceholderData}>
          {preview.isPending && <Loading lines={8} />}
          {preview.error !== null && <Failure error={preview.error} onRetry={() => void preview.refetch()} />}
          {preview.data !== undefined && (
            <>
              <section className={styles.card}>
                <h2>{text('flow.title')}</h2>
                <FlowDiagram preview={preview.data} ruleWords={ruleWords} />
              </section>
              <section className={styles.card}>
                <h2>{text('confounder.title')}</h2>
                <ClassBalance
                  present={preview.data.classes.present.participants}
                  absent={preview.data.classes.absent.participants}
                />
                <div className={styles.confounders}>
                  <ConfounderTable rows={preview.data.confounders} before={preview.data.before} />
                </div>
              </section>
            </>
          )}
        </div>
      </div>
      {freezing && <FreezeCohort cohort={cohort} onClose={dialog.close} />}
    </Page>
  )
}

const EXACT = ['sex', 'site', 'device'] as const

const caliper = (value: string | number): number | undefined => (typeof value === 'number' ? value : undefined)

function MatchingCard({ cohort, change }: { cohort: Cohort; change: (cohort: Cohort) => void }) {
  const text = useText()
  const { matching, rules } = cohort
  const set = (changed: Partial<Matching>) => change({ rules, matching: { exact: [], ...matching, ...changed } })
  return (
    <section className={styles.card}>
      <h2>{text('matching.title')}</h2>
      <Switch
        checked={matching !== undefined}
        onChange={(event) =>
          change(event.currentTarget.checked ? { rules, matching: { exact: ['sex'], ageYears: 5 } } : { rules })
        }
        label={text('matching.use')}
        data-testid="matching"
      />
      {matching !== undefined && (
        <div className={styles.matching}>
          <div>
            {EXACT.map((name) => (
              <Checkbox
                key={name}
                checked={matching.exact.includes(name)}
                onChange={(event) =>
                  set({
                    exact: event.currentTarget.checked
                      ? [...matching.exact, name]
                      : matching.exact.filter((each) => each !== name),
                  })
                }
                label={text('matching.same', { what: text(`facet.${name}`) })}
              />
            ))}
          </div>
          <NumberInput
            label={text('matching.age')}
            min={0}
            max={40}
            value={matching.ageYears ?? ''}
            onChange={(value) => set({ ageYears: caliper(value) })}
          />
          <NumberInput
            label={text('matching.noise')}
            min={0}
            max={40}
            value={matching.noiseDb ?? ''}
            onChange={(value) => set({ noiseDb: caliper(value) })}
          />
        </div>
      )}
    </section>
  )
}
