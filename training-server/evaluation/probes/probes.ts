import { bootstrap, type Estimate } from '../bootstrap.ts'
import { classCounts } from '../curves.ts'
import { rocAuc } from '../metrics.ts'
import { participantScores, type ParticipantScore } from '../participantScores.ts'
import { permutationP } from '../permutation.ts'
import type { ProbedRecording } from './conditions.ts'
import { pairedAuc, pairsWithin } from './matched.ts'

export const probeNames = [
  'ward-noise-swap',
  'room-tone-only',
  'channel-only',
  'label-permutation',
  'leave-one-site-out',
  'matched',
] as const
export type ProbeName = (typeof probeNames)[number]

/** 'inconclusive': too few participants to tell; it is not a pass. */
export type ProbeOutcome = 'passed' | 'failed' | 'inconclusive' | 'not-run'

export interface Probe {
  readonly name: ProbeName
  /** When it passes and when it fails, as it was declared before the figures were known. */
  readonly rule: string
  readonly outcome: ProbeOutcome
  /** One sentence that says why. */
  readonly finding: string
  readonly participants: { readonly present: number; readonly absent: number }
  readonly figures: Readonly<Record<string, Estimate>>
}

/** What decides, in one place. All intervals are 95 %, all p two-sided. */
export const PROBE_LIMITS = {
  significance: 0.05,
  /** An interval of an AUC wider than this says nothing. */
  widestInterval: 0.5,
  /** ROC-AUC that ward noise in one class may cost. */
  noiseFall: 0.1,
  /** Pairs of a present and an absent participant who agree in site, sex and age band. */
  leastPairs: 20,
} as const

export interface ProbeContext {
  readonly seed: number
  /** The column that was held out of training, if one was. */
  readonly heldOutColumn: string | null
  /** Trained on shuffled labels: then nothing may be found. */
  readonly labelsPermuted: boolean
  /** Left out where nothing was trained anew for the probes. */
  readonly retrained?: RetrainedScores
}

/** What the run's network, trained anew, says of people whom it has not learned from. */
export interface RetrainedScores {
  /** Trained on shuffled labels, once a list: the test participants under their own labels. */
  readonly shuffledLabels: readonly (readonly ParticipantScore[])[]
  /** Everybody of a site, by the network that has heard nobody of it; empty where no site has people enough. */
  readonly unseenSites: readonly (ParticipantScore & { readonly siteId: string })[]
}

/**
 * What a score that learned the ward, the microphone or the cohort instead of the disease would show.
 *
 * @param recordings of test participants, of both classes.
 */
export function runProbes(recordings: readonly ProbedRecording[], context: ProbeContext): Probe[] {
  return [
    wardNoiseSwap(recordings, context),
    roomToneOnly(recordings, context),
    channelOnly(recordings, context),
    labelPermutation(recordings, context),
    leaveOneSiteOut(recordings, context),
    matched(recordings, context),
  ]
}

/** A participant's mean score under every condition; null where a condition was heard in none of their recordings. */
type Paired = Pick<ParticipantScore, 'participantId' | 'label'> & {
  readonly [condition in 'clean' | 'noisy' | 'channel']: number
}

function pairedScores(recordings: readonly ProbedRecording[]): Paired[] {
  const under = (condition: 'clean' | 'noisy' | 'channel') =>
    participantScores(recordings.map((recording) => ({ ...recording, probability: recording[condition] })))
  const [noisy, channel] = [under('noisy'), under('channel')]
  return under('clean').map(({ participantId, label, probability }, at) => ({
    participantId,
    label,
    clean: probability,
    noisy: noisy[at]?.probability ?? Number.NaN,
    channel: channel[at]?.probability ?? Number.NaN,
  }))
}

const aucOf = (people: readonly Paired[], probability: (person: Paired) => number): number =>
  rocAuc(people.map((person) => ({ label: person.label, probability: probability(person) })))

const inOneClass = (noisyClass: 0 | 1) => (person: Paired) =>
  person.label === noisyClass ? person.noisy : person.clean

function wardNoiseSwap(recordings: readonly ProbedRecording[], { seed }: ProbeContext): Probe {
  const { noiseFall } = PROBE_LIMITS
  const people = pairedScores(recordings)
  const figures = bootstrap(
    people,
    (sample) => {
      const clean = aucOf(sample, (person) => person.clean)
      const noiseInAbsent = aucOf(sample, inOneClass(0))
      const noiseInPresent = aucOf(sample, inOneClass(1))
      const noiseInBoth = aucOf(sample, (person) => person.noisy)
      return {
        clean,
        noiseInAbsent,
        noiseInPresent,
        noiseInBoth,
        fall: clean - Math.min(noiseInAbsent, noiseInPresent),
      }
    },
    { seed },
  )
  const { fall } = figures
  const failed = fall.low > 0 && fall.value > noiseFall
  return {
    name: 'ward-noise-swap',
    rule: `Ward noise in one class alone, then in the other: passes when the interval of the fall in ROC-AUC stays below ${noiseFall}, fails when the fall exceeds ${noiseFall} and its interval lies above 0.`,
    outcome: failed ? 'failed' : fall.high <= noiseFall ? 'passed' : 'inconclusive',
    finding: `Noise in one class costs ${inFigures(fall)} of ROC-AUC.`,
    participants: classCounts(people),
    figures,
  }
}

function roomToneOnly(recordings: readonly ProbedRecording[], { seed }: ProbeContext): Probe {
  const heard = (condition: 'roomTone' | 'voiceInRoom') =>
    participantScores(
      recordings.flatMap((recording) => {
        const probability = recording[condition]
        return probability === null ? [] : [{ ...recording, probability }]
      }),
    )
  const alone = heard('roomTone')
  const base = {
    name: 'room-tone-only' as const,
    rule: `The quiet of each recording (an eighth of a second of it, continued), alone and under one synthetic voice: fails when a ROC-AUC differs from 0.5 (interval and permutation, 5 %), passes when both intervals hold 0.5 and are no wider than ${PROBE_LIMITS.widestInterval}.`,
    participants: classCounts(alone),
  }
  if (base.participants.present < 2 || base.participants.absent < 2) {
    return { ...base, outcome: 'not-run', finding: 'Too few recordings have any quiet.', figures: {} }
  }
  const judged = [alone, heard('voiceInRoom')].map((scores) => {
    const { auc } = bootstrap(scores, (sample) => ({ auc: rocAuc(sample) }), { seed })
    return { auc, outcome: knowsNothing(auc, permutationP(scores, { seed })) }
  })
  const outcomes = judged.map(({ outcome }) => outcome)
  const [rocAucAlone, underVoice] = judged.map(({ auc }) => auc)
  if (rocAucAlone === undefined || underVoice === undefined) throw new RangeError('Both were judged.')
  return {
    ...base,
    outcome: outcomes.includes('failed')
      ? 'failed'
      : outcomes.every((one) => one === 'passed')
        ? 'passed'
        : 'inconclusive',
    finding: `From the room alone the ROC-AUC is ${inFigures(rocAucAlone)}, under one voice ${inFigures(underVoice)}.`,
    figures: { rocAuc: rocAucAlone, underVoice },
  }
}

/** Of an AUC that should be 0.5. The permutation guards the small sample, whose bootstrap interval may have no width. */
function knowsNothing(auc: Estimate, p: number): ProbeOutcome {
  const holdsChance = auc.low <= 0.5 && auc.high >= 0.5
  if (!holdsChance && p < PROBE_LIMITS.significance) return 'failed'
  return holdsChance && auc.high - auc.low <= PROBE_LIMITS.widestInterval ? 'passed' : 'inconclusive'
}

function channelOnly(recordings: readonly ProbedRecording[], { seed }: ProbeContext): Probe {
  const people = pairedScores(recordings)
  const figures = bootstrap(
    people,
    (sample) => {
      const rocAucOfChannel = aucOf(sample, (person) => person.channel)
      return { rocAuc: rocAucOfChannel, gain: aucOf(sample, (person) => person.clean) - rocAucOfChannel }
    },
    { seed },
  )
  const { rocAuc: channel, gain } = figures
  const knows = channel.low > 0.5 || channel.high < 0.5
  return {
    name: 'channel-only',
    rule: "Noise with each recording's long-term spectrum and level: passes when speech adds to it (the interval of the gain in ROC-AUC lies above 0), fails when it does not and the channel alone differs from 0.5.",
    outcome: gain.low > 0 ? 'passed' : knows ? 'failed' : 'inconclusive',
    finding: `The channel alone has a ROC-AUC of ${inFigures(channel)}; speech adds ${inFigures(gain)}.`,
    participants: classCounts(people),
    figures,
  }
}

function labelPermutation(recordings: readonly ProbedRecording[], context: ProbeContext): Probe {
  const { seed, labelsPermuted, retrained } = context
  const scores = cleanScores(recordings)
  const aucOfScores = (of: readonly ParticipantScore[]) =>
    bootstrap(of, (sample) => ({ auc: rocAuc(sample) }), { seed }).auc
  const auc = aucOfScores(scores)
  const p = permutationP(scores, { seed })
  const figures = { rocAuc: auc, p: { value: p, low: p, high: p } }
  const base = { name: 'label-permutation' as const, participants: classCounts(scores) }
  if (labelsPermuted) {
    return {
      ...base,
      figures,
      rule: 'Trained on shuffled labels: fails when the ROC-AUC still differs from 0.5, for then the pipeline gives the labels away.',
      outcome: knowsNothing(auc, p),
      finding: `Trained on shuffled labels the ROC-AUC is ${inFigures(auc)}.`,
    }
  }
  const byChance = `${(100 * p).toFixed(1)} % of shuffled labels reach a ROC-AUC as far from 0.5 as ${auc.value.toFixed(3)}`
  const reached = p < PROBE_LIMITS.significance && auc.value > 0.5
  const shuffled = (retrained?.shuffledLabels ?? []).map((of) => aucOfScores(of)).sort((a, b) => a.low - b.low)
  const [least] = shuffled
  if (least === undefined) {
    return {
      ...base,
      figures,
      rule: 'Passes when fewer than 5 % of shuffled labels reach a ROC-AUC so far from 0.5, and fails otherwise.',
      outcome: reached ? 'passed' : 'failed',
      finding: `${byChance}.`,
    }
  }
  const given = least.low > 0.5
  return {
    ...base,
    // A network of one training may lean either way by chance; a leak shows in all of them.
    rule: 'Passes when fewer than 5 % of shuffled labels reach a ROC-AUC so far from 0.5, and fails otherwise; fails, too, when every network trained anew on shuffled labels still has a ROC-AUC whose interval lies above 0.5.',
    outcome: reached && !given ? 'passed' : 'failed',
    finding: `${byChance}; trained anew on shuffled labels (${shuffled.length} times) the ROC-AUC is ${inFigures(least)} at least.`,
    figures: { ...figures, trainedOnShuffled: least },
  }
}

/** People of each class that a site must have to be held out, and that must be left without it. */
export const LEAST_OF_A_SITE = 5

function leaveOneSiteOut(recordings: readonly ProbedRecording[], context: ProbeContext): Probe {
  const { seed, heldOutColumn, retrained } = context
  const base = {
    name: 'leave-one-site-out' as const,
    rule: 'Tested on people of a site that nobody trained on comes from, pairs within a site: passes when the interval of the ROC-AUC lies above 0.5, fails when it lies below, and is inconclusive between.',
  }
  const heldOut = heldOutColumn === 'site' ? cleanScores(recordings) : []
  const unseen =
    heldOut.length > 0
      ? heldOut.map((score) => ({ ...score, stratum: 'held out' }))
      : (retrained?.unseenSites ?? []).map((score) => ({ ...score, stratum: score.siteId }))
  const participants = classCounts(unseen)
  if (unseen.length === 0) {
    const finding = `No site was held out: none has ${LEAST_OF_A_SITE} people of each class beside as many of others, or the experiment did not ask for it.`
    return { ...base, participants, outcome: 'not-run', finding, figures: {} }
  }
  const { auc } = bootstrap(unseen, (sample) => ({ auc: pairedAuc(sample) ?? 0.5 }), { seed })
  const sites = new Set(unseen.map(({ stratum }) => stratum)).size
  return {
    ...base,
    participants,
    outcome: aboveChance(auc),
    finding: `On ${sites === 1 ? 'a site' : `${sites} sites, each`} never heard in training, the ROC-AUC is ${inFigures(auc)}.`,
    figures: { rocAuc: auc },
  }
}

const MATCHED_BY = ['site', 'sex', 'ageBand']

function matched(recordings: readonly ProbedRecording[], { seed }: ProbeContext): Probe {
  // A column with one value matches everybody with everybody.
  const columns = MATCHED_BY.filter(
    (column) =>
      recordings.every(({ groups }) => groups[column] !== undefined) &&
      new Set(recordings.map(({ groups }) => groups[column])).size > 1,
  )
  const groupsOf = new Map(recordings.map(({ participantId, groups }) => [participantId, groups]))
  const people = cleanScores(recordings).map((score) => ({
    ...score,
    stratum: columns.map((column) => groupsOf.get(score.participantId)?.[column]).join(' / '),
  }))
  const base = {
    name: 'matched' as const,
    rule: `ROC-AUC over pairs of a present and an absent participant who agree in site, sex and age band, as far as they are known: passes when its interval lies above 0.5, fails when it lies below; inconclusive between and under ${PROBE_LIMITS.leastPairs} pairs.`,
    participants: classCounts(people),
  }
  const pairs = pairsWithin(people)
  if (columns.length === 0 || pairs === 0) {
    return { ...base, outcome: 'not-run', finding: 'No pair agrees in what is known of the participants.', figures: {} }
  }
  // Drawn anew, a sample may hold no pair at all; then it says nothing for or against.
  const { auc } = bootstrap(people, (sample) => ({ auc: pairedAuc(sample) ?? 0.5 }), { seed })
  const outcome = pairs < PROBE_LIMITS.leastPairs ? 'inconclusive' : aboveChance(auc)
  return {
    ...base,
    outcome,
    finding: `Over ${pairs} pairs alike in ${columns.join(', ')} the ROC-AUC is ${inFigures(auc)}.`,
    figures: { rocAuc: auc },
  }
}

function aboveChance({ low, high }: Estimate): ProbeOutcome {
  if (low > 0.5) return 'passed'
  return high < 0.5 ? 'failed' : 'inconclusive'
}

const cleanScores = (recordings: readonly ProbedRecording[]): ParticipantScore[] =>
  participantScores(recordings.map(({ participantId, label, clean }) => ({ participantId, label, probability: clean })))

const inFigures = ({ value, low, high }: Estimate): string =>
  `${value.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`
