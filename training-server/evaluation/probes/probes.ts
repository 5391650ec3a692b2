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
  /** How far the ROC-AUC of the channel alone may lie from 0.5: a network whose channel tells so much reads the channel, whatever speech adds. */
  channelReach: 0.3,
  /** Share of the participants of whom a column must be known to match by it. */
  knownOfMost: 0.5,
  /** Pairs of a present and an absent participant who agree in site, sex and age band. */
  leastPairs: 20,
} as const

export interface ProbeContext {
  readonly seed: number
  /** The column that was held out of training, if one was. */
  readonly heldOutColumn: string | null
  /** Trained on shuffled labels: then nothing may be found. */
  readonly labelsPermuted: boolean
  /** How many of the probes' files of ward noise training has heard, too. */
  readonly noiseHeardInTraining?: number
  /** Left out where nothing was trained anew for the probes. */
  readonly retrained?: RetrainedScores
}

/** What the run's network, trained anew, says of people whom it has not learned from. */
export interface RetrainedScores {
  /** Trained on shuffled labels, once a list: the test participants under the labels that the same shuffle gave them. */
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

/** A participant's mean score of the recordings that were heard under a condition, under it and as they are. */
type Paired = Pick<ParticipantScore, 'participantId' | 'label'> & { readonly clean: number; readonly changed: number }

function pairedScores(recordings: readonly ProbedRecording[], condition: 'noisy' | 'channel'): Paired[] {
  const heard = recordings.flatMap((recording) => {
    const changed = recording[condition]
    return changed === null ? [] : [{ ...recording, changed }]
  })
  const changed = participantScores(heard.map((recording) => ({ ...recording, probability: recording.changed })))
  return cleanScores(heard).map(({ participantId, label, probability }, at) => ({
    participantId,
    label,
    clean: probability,
    changed: changed[at]?.probability ?? Number.NaN,
  }))
}

const aucOf = (people: readonly Paired[], probability: (person: Paired) => number): number =>
  rocAuc(people.map((person) => ({ label: person.label, probability: probability(person) })))

const inOneClass = (noisyClass: 0 | 1) => (person: Paired) =>
  person.label === noisyClass ? person.changed : person.clean

function wardNoiseSwap(
  recordings: readonly ProbedRecording[],
  { seed, noiseHeardInTraining = 0 }: ProbeContext,
): Probe {
  const { noiseFall } = PROBE_LIMITS
  const people = pairedScores(recordings, 'noisy')
  const base = {
    name: 'ward-noise-swap' as const,
    rule: `Ward noise in one class alone, then in the other: passes when the interval of the fall in ROC-AUC stays below ${noiseFall}, fails when the fall exceeds ${noiseFall} and its interval lies above 0; not run where there is no noise for two people of each class.`,
    participants: classCounts(people),
  }
  const unheard = new Set(recordings.map(({ participantId }) => participantId)).size - people.length
  if (base.participants.present < 2 || base.participants.absent < 2) {
    const finding = `No noise for ${unheard} of the participants: the ward noise is silent, or, without any, the other class's recordings have too little quiet.`
    return { ...base, outcome: 'not-run', finding, figures: {} }
  }
  const figures = bootstrap(
    people,
    (sample) => {
      const clean = aucOf(sample, (person) => person.clean)
      const noiseInAbsent = aucOf(sample, inOneClass(0))
      const noiseInPresent = aucOf(sample, inOneClass(1))
      const noiseInBoth = aucOf(sample, (person) => person.changed)
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
    ...base,
    outcome: failed ? 'failed' : fall.high <= noiseFall ? 'passed' : 'inconclusive',
    finding: `Noise in one class costs ${inFigures(fall)} of ROC-AUC.${unheard === 0 ? '' : ` For ${unheard} participants there was no noise; they are not counted.`}${noiseHeardInTraining === 0 ? '' : ` It was trained in ${noiseHeardInTraining} of these files of noise: how it does in others is not shown.`}`,
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
  const people = pairedScores(recordings, 'channel')
  const figures = bootstrap(
    people,
    (sample) => {
      const rocAucOfChannel = aucOf(sample, (person) => person.changed)
      return { rocAuc: rocAucOfChannel, gain: aucOf(sample, (person) => person.clean) - rocAucOfChannel }
    },
    { seed },
  )
  const { rocAuc: channel, gain } = figures
  const { channelReach } = PROBE_LIMITS
  const knows = channel.low > 0.5 || channel.high < 0.5
  const beyond = Math.abs(channel.value - 0.5) > channelReach
  const surelyBeyond = channel.low - 0.5 > channelReach || 0.5 - channel.high > channelReach
  const adds = gain.low > 0
  return {
    name: 'channel-only',
    rule: `Noise with each recording's long-term spectrum and level: passes when speech adds to it (the interval of the gain in ROC-AUC lies above 0) and the channel alone lies within ${channelReach} of 0.5; fails when speech adds nothing and the channel alone differs from 0.5, or when its whole interval lies further than ${channelReach} from 0.5.`,
    outcome: surelyBeyond || (!adds && knows) ? 'failed' : adds && !beyond ? 'passed' : 'inconclusive',
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
  const tested = (retrained?.shuffledLabels ?? []).filter((of) => new Set(of.map(({ label }) => label)).size === 2)
  const shuffled = tested.map((of) => aucOfScores(of)).sort((a, b) => a.low - b.low)
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
  const groupsOf = new Map(recordings.map(({ participantId, groups }) => [participantId, groups]))
  const everybody = cleanScores(recordings).map((score) => ({
    ...score,
    groups: groupsOf.get(score.participantId) ?? {},
  }))
  const knownOf = (column: string) => everybody.filter(({ groups }) => groups[column] !== undefined)
  // A column with one value matches everybody with everybody.
  const columns = MATCHED_BY.filter(
    (column) =>
      knownOf(column).length >= PROBE_LIMITS.knownOfMost * everybody.length &&
      new Set(knownOf(column).map(({ groups }) => groups[column])).size > 1,
  )
  const people = everybody
    .filter(({ groups }) => columns.every((column) => groups[column] !== undefined))
    .map((score) => ({ ...score, stratum: columns.map((column) => score.groups[column]).join(' / ') }))
  const leftOut = everybody.length - people.length
  const unknown = leftOut === 0 ? '' : ` ${leftOut} participants are left out, of whom one of these is not known.`
  const base = {
    name: 'matched' as const,
    rule: `ROC-AUC over pairs of a present and an absent participant who agree in site, sex and age band, in those that are known of half of the participants or more: passes when its interval lies above 0.5, fails when it lies below; inconclusive between and under ${PROBE_LIMITS.leastPairs} pairs.`,
    participants: classCounts(people),
  }
  const pairs = pairsWithin(people)
  if (columns.length === 0 || pairs === 0) {
    return {
      ...base,
      outcome: 'not-run',
      finding: `No pair agrees in what is known of the participants.${unknown}`,
      figures: {},
    }
  }
  // Drawn anew, a sample may hold no pair at all; then it says nothing for or against.
  const { auc } = bootstrap(people, (sample) => ({ auc: pairedAuc(sample) ?? 0.5 }), { seed })
  const outcome = pairs < PROBE_LIMITS.leastPairs ? 'inconclusive' : aboveChance(auc)
  return {
    ...base,
    outcome,
    finding: `Over ${pairs} pairs alike in ${columns.join(', ')} the ROC-AUC is ${inFigures(auc)}.${unknown}`,
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
