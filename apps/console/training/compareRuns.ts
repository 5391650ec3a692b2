import { useQueries } from '@tanstack/react-query'
import { type RunConfiguration, runConfigurationSchema } from '@spira/shared/protocol/consoleApi.ts'
import { runStageRowSchema, type RunStageRow } from '@spira/shared/protocol/trainingStages.ts'
import { z } from 'zod'
import { request } from '../api/request.ts'

/** So many side by side can still be told apart. */
export const MOST_COMPARED = 4

export interface CompareSearch {
  readonly run: readonly string[]
}

/** The runs in the address: `?run=…&run=…`. */
export function compareSearch(search: Record<string, unknown>): CompareSearch {
  const { run } = search
  const given = Array.isArray(run) ? run.map(String) : typeof run === 'string' && run !== '' ? [run] : []
  return { run: [...new Set(given)].slice(0, MOST_COMPARED) }
}

export interface RunDetails {
  readonly configuration: RunConfiguration
  readonly stages: readonly RunStageRow[]
}

/** Configuration and stages of each run, in the order of the ids; undefined while one is on its way. */
export const useRunDetails = (runIds: readonly string[]) =>
  useQueries({
    queries: runIds.map((id) => ({
      queryKey: ['training-runs', id, 'details'],
      queryFn: async (): Promise<RunDetails> => ({
        configuration: await request('GET', `/training-runs/${id}/configuration`, runConfigurationSchema),
        stages: await request('GET', `/training-runs/${id}/stages`, z.array(runStageRowSchema)),
      }),
    })),
    combine: (results) => ({
      data: results.every(({ data }) => data !== undefined) ? results.flatMap(({ data }) => data ?? []) : undefined,
      error: results.find(({ error }) => error !== null)?.error ?? null,
    }),
  })

/** A configuration as paths and values: `optimiser.learningRate` and 0.002. */
export function flattened(value: unknown, path = ''): Map<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return new Map([[path, typeof value === 'string' ? value : JSON.stringify(value)]])
  return new Map(
    Object.entries(value).flatMap(([name, own]) => [...flattened(own, path === '' ? name : `${path}.${name}`)]),
  )
}

/** Settings that are not the same in all, and how many are. A setting that a run does not have is null. */
export function differences(configurations: readonly RunConfiguration[]): {
  readonly rows: readonly { readonly path: string; readonly values: readonly (string | null)[] }[]
  readonly same: number
} {
  const flat = configurations.map((configuration) => flattened(configuration))
  const paths = [...new Set(flat.flatMap((one) => [...one.keys()]))].sort()
  const all = paths.map((path) => ({ path, values: flat.map((one) => one.get(path) ?? null) }))
  const rows = all.filter(({ values }) => new Set(values).size > 1)
  return { rows, same: all.length - rows.length }
}
