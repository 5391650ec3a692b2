import type { ConfounderRow } from '@spira/shared/protocol/cohortApi.ts'
import { differenceOfMeans, differenceOfShares, mean, variance } from './standardisedDifference.ts'
import { areaOf, areaOfNames } from './tellsClass.ts'

/** A participant of one class, with what the class should not be told by. */
export interface CohortMember {
  readonly participantId: string
  readonly label: 'present' | 'absent'
  readonly age: number | null
  readonly sex: string | null
  readonly site: string
  /** On which most of the recordings were made. */
  readonly device: string
  /** Mean over the recordings: voice above noise, dB. */
  readonly noise: number | null
}

/** Below this a difference is taken for balance (Austin 2011). */
const BALANCED_BELOW = 0.1
/** A variable whose area is surely above this tells the class. */
const TELLS_FROM = 0.6

/** Each variable in both classes, how far they are apart, and whether it tells the class. */
export function confoundersOf(members: readonly CohortMember[]): ConfounderRow[] {
  const present = members.filter(({ label }) => label === 'present')
  const absent = members.filter(({ label }) => label === 'absent')
  const numbers = (name: 'age' | 'noise'): ConfounderRow => {
    const [a, b] = [known(present, name), known(absent, name)]
    return row(name, moments(a), moments(b), differenceOfMeans(a, b), areaOf(a, b))
  }
  const names = (name: 'sex' | 'site' | 'device'): ConfounderRow => {
    const [a, b] = [present, absent].map((own) => own.map((member) => member[name] ?? 'none')) as [string[], string[]]
    return row(name, { shares: sharesOf(a) }, { shares: sharesOf(b) }, differenceOfShares(a, b), areaOfNames(a, b))
  }
  return [numbers('age'), names('sex'), names('site'), names('device'), numbers('noise')]
}

function row(
  name: ConfounderRow['name'],
  present: ConfounderRow['present'],
  absent: ConfounderRow['absent'],
  difference: number | null,
  auc: ConfounderRow['auc'],
): ConfounderRow {
  const tells = auc !== null && auc.low > TELLS_FROM
  const balanced = difference !== null && Math.abs(difference) < BALANCED_BELOW
  return {
    name,
    present,
    absent,
    difference,
    auc,
    verdict: tells ? 'tells-class' : balanced ? 'balanced' : 'unbalanced',
  }
}

const known = (members: readonly CohortMember[], name: 'age' | 'noise'): number[] =>
  members.flatMap((member) => member[name] ?? [])

const moments = (values: readonly number[]) => ({
  mean: values.length > 0 ? mean(values) : null,
  sd: values.length > 1 ? Math.sqrt(variance(values)) : null,
})

const sharesOf = (names: readonly string[]) =>
  [...Map.groupBy(names, (name) => name)]
    .map(([value, own]) => ({ value, share: own.length / names.length }))
    .toSorted((a, b) => b.share - a.share)
