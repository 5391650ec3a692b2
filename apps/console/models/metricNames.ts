import { useCallback } from 'react'
import { type MessageId, useText } from '../catalogue.ts'

/** The metrics this version knows, in the order they are read; a newer server's others follow under their own names. */
export const METRIC_NAMES: Readonly<Record<string, MessageId>> = {
  rocAuc: 'metric.auc',
  sensitivity: 'metric.sensitivity',
  specificity: 'metric.specificity',
  f1: 'metric.f1',
  brier: 'metric.brier',
  prAuc: 'metric.prAuc',
  uar: 'metric.uar',
  calibrationError: 'metric.calibrationError',
  permutationP: 'metric.permutationP',
  shuffledLabelsAuc: 'metric.shuffledLabelsAuc',
  unseenSiteAuc: 'metric.unseenSiteAuc',
  noiseInAbsentAuc: 'metric.noiseInAbsentAuc',
  noiseInPresentAuc: 'metric.noiseInPresentAuc',
  roomToneAuc: 'metric.roomToneAuc',
  voiceInRoomAuc: 'metric.voiceInRoomAuc',
  channelAuc: 'metric.channelAuc',
  matchedAuc: 'metric.matchedAuc',
}

/** The name of a metric for people; one that this version does not know goes under its own. */
export function useMetricTexts(): (name: string) => string {
  const text = useText()
  return useCallback(
    (name) => {
      const label = METRIC_NAMES[name]
      return label === undefined ? name : text(label)
    },
    [text],
  )
}
