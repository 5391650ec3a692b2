import { parseArgs } from 'node:util'
import { idSchema } from '@spira/shared/protocol/ids.ts'
import { dryRunBodySchema, newTriggerSchema, runSettingsSchema } from '@spira/shared/protocol/runTriggers.ts'
import { dryRun } from '../../jobs/triggers/dryRun.ts'
import { addTrigger, ensureTriggers, listTriggers, removeTrigger } from '../../jobs/triggers/triggers.ts'
import { withServerContext } from '../serverContext.ts'
import { optionOf, type Verb } from '../verb.ts'

const verb: Verb = {
  summary: 'what starts training by itself; and what a run would do now, and how long it would take',
  help: `spira triggers [--cron "0 3 * * 0" | --new-labels N | --drift | --remove ID | --dry-run]
               [--network NAME] [--epochs N] [--seed N] [--seeds N] [--folds N] [--workers N] [--data DIR] [--json]

  without more  the triggers, when they were last looked at and what came of it
  --cron        at these times, UTC: minute, hour, day, month, weekday
  --new-labels  as soon as so many labels came since the newest run
  --drift       when what a model hears has changed (see the alerts)
  --dry-run     on what a run would train now, in which jobs, and how long they should take by what earlier ones took;
                nothing is frozen or started; --workers says how many are at it (default: 1)`,
  async run(args) {
    const values = parse(args)
    const settings = optionOf('--network, --epochs, --seed, --seeds or --folds', runSettingsSchema, {
      ...(values.network === undefined ? {} : { network: values.network }),
      ...(values.epochs === undefined ? {} : { maxEpochs: Number(values.epochs) }),
      ...(values.seed === undefined ? {} : { seed: Number(values.seed) }),
      ...(values.seeds === undefined ? {} : { seeds: Number(values.seeds) }),
      ...(values.folds === undefined ? {} : { folds: Number(values.folds) }),
    })
    const workers = optionOf('--workers', dryRunBodySchema.shape.workers, Number(values.workers ?? 1))
    const given = triggerOf(values)
    const remove = values.remove === undefined ? null : optionOf('--remove', idSchema, values.remove)
    return withServerContext(values.data, async (context) => {
      if (values['dry-run'] === true) {
        const would = await dryRun(context, { ...settings, workers })
        if (values.json === true) console.log(JSON.stringify(would))
        else {
          console.log(
            `${would.recordings} recordings of ${would.participants} participants (${would.present} present, ${would.absent} absent); ${would.newLabels} labels since the newest run`,
          )
          if (would.alreadyFrozenAs !== null) console.log(`already frozen as "${would.alreadyFrozenAs}"`)
          if (would.refusal !== null) console.log(`it would not start: ${would.refusal}`)
          if (would.seconds !== null)
            console.log(`${would.seconds.toFixed(1)} s from beginning to end with ${workers} worker(s)`)
          for (const { stage, jobs, seconds } of would.stages)
            console.log(
              `  ${stage.padEnd(10)} ${jobs} job(s)  ${seconds === null ? 'not measured yet' : `${seconds.toFixed(1)} s`}`,
            )
        }
        return would.refusal === null ? 0 : 1
      }
      if (given !== null || remove !== null) {
        await context.boss.start()
        await ensureTriggers(context)
        if (given !== null) await addTrigger(context, given, settings, 'command-line')
        if (remove !== null) await removeTrigger(context, remove, 'command-line')
        await context.boss.stop({ graceful: true, timeout: 5000 })
      }
      const triggers = await listTriggers(context.db)
      if (values.json === true) console.log(JSON.stringify(triggers))
      else if (triggers.length === 0) console.log('Nothing starts by itself.')
      else
        for (const { id, kind, cron, newLabels, lastLookedAt, lastOutcome } of triggers)
          console.log(
            `${id}  ${kind} ${cron ?? newLabels ?? ''}  ${lastLookedAt ?? 'not looked at yet'}  ${lastOutcome ?? ''}`,
          )
      return 0
    })
  },
}
export default verb

function triggerOf({ cron, drift, 'new-labels': newLabels }: ReturnType<typeof parse>) {
  if (cron !== undefined) return optionOf('--cron', newTriggerSchema, { kind: 'schedule', cron })
  if (newLabels !== undefined)
    return optionOf('--new-labels', newTriggerSchema, { kind: 'new-labels', newLabels: Number(newLabels) })
  return drift === true ? { kind: 'drift' as const } : null
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    options: {
      cron: { type: 'string' },
      'new-labels': { type: 'string' },
      drift: { type: 'boolean' },
      remove: { type: 'string' },
      'dry-run': { type: 'boolean' },
      network: { type: 'string' },
      epochs: { type: 'string' },
      seed: { type: 'string' },
      seeds: { type: 'string' },
      folds: { type: 'string' },
      workers: { type: 'string' },
      data: { type: 'string' },
      json: { type: 'boolean' },
    },
  }).values
}
