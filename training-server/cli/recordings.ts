import { judgedOnHoldout, versionNamed } from '../jobs/versionNamed.ts'
import type { Experiment } from '../training/experiment.ts'
import { readRecordingsCsv } from '../training/recordingsCsv.ts'
import type { TrainingExample, TrainingRequest } from '../training/trainingRequest.ts'
import { withServerContext } from './serverContext.ts'
import { UsageError } from './verb.ts'

/** How a verb is told which recordings it works on. */
export const recordingOptions = {
  csv: { type: 'string' },
  dataset: { type: 'string' },
  data: { type: 'string' },
} as const

export const RECORDINGS_HELP = `--csv            columns file_path and class (0 or 1), and where known participant, site and whatever describes a recording
  --dataset        a frozen dataset version of the server, by its name; who is held out there is tested on, unless the experiment says otherwise
  --data           where the server keeps its data`

export interface Recordings {
  readonly dataset: TrainingRequest['dataset']
  readonly examples: readonly TrainingExample[]
  /** The experiment as these recordings are held out by default. */
  readonly judged: (experiment: Experiment) => Experiment
}

/** The recordings of a list or of a dataset version. What may be wrong with a list is said on the error output. */
export async function recordingsOf(
  {
    csv,
    dataset,
    data,
  }: { readonly csv?: string | undefined; readonly dataset?: string | undefined; readonly data?: string | undefined },
  simulated = false,
): Promise<Recordings> {
  if (csv !== undefined && dataset === undefined) {
    const { examples, contentHash, warnings } = await readRecordingsCsv(csv)
    for (const warning of warnings) console.error(`warning: ${warning}`)
    return { dataset: { id: null, contentHash, simulated }, examples, judged: (experiment) => experiment }
  }
  if (csv !== undefined || dataset === undefined) throw new UsageError('It needs --csv or --dataset, one of them.')
  return withServerContext(data, async (context) => ({
    ...(await versionNamed(context, dataset)),
    judged: judgedOnHoldout,
  }))
}
