import { parseArgs } from 'node:util'
import type { ModelVersion } from '@spira/shared/protocol/consoleApi.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { type RolloutRequest, rolloutRequestSchema } from '@spira/shared/protocol/rollouts.ts'
import { checkPassword } from '../../accounts/accounts.ts'
import { ROUTE_POLICY } from '../../accounts/routePolicy.ts'
import { approveModel } from '../../models/approve.ts'
import { criterionSentence } from '../../models/gate/judge.ts'
import { listModelVersions } from '../../models/modelVersions.ts'
import { listChannels } from '../../releases/channels.ts'
import { askPassphrase } from '../../releases/keys/passphrase.ts'
import type { ServerContext } from '../../server/context.ts'
import { judgeAgain } from '../../jobs/judgeAgain.ts'
import { ensureStageQueues } from '../../jobs/stages/stageJobs.ts'
import { withServerContext } from '../serverContext.ts'
import { optionOf, UsageError, type Verb } from '../verb.ts'

const verb: Verb = {
  summary: 'what the gate found of the candidates; approve one as the person you are, and release it',
  help: `spira release [--data DIR] [--json]
      the candidates, which criteria of the plan each misses and by how much, and who has approved it
spira release VERSION --as USERNAME --reason TEXT [--code 123456] [--stages 5:24,25:48,100:0] [--shadow] [--channel NAME] [--override]
      approves it; the last approval needed signs and publishes the release
spira release VERSION --judge [--json]
      has it judged again, by the plan and beside the champion in force; a worker does it, as the gate stage of its run

  --as             an administrator or clinical lead; the password is asked for. The reason is kept and audited
  --code           the second factor, where the account has one
  --password-file  instead of asking; its first line counts. For scripts only
  --stages         percent of the devices and hours to watch, step by step (default: all at once, 100:24)
  --shadow         it scores silently beside the champion; its score is never shown
  --channel        for this part of the fleet only (spira channels); advanced by a person, it goes to everybody
  --override       in spite of a failed criterion: only for a model of simulated data
  --data DIR       the server's data folder (default: SPIRA_DATA, or .data in the checkout)

  Exit code 1: the gate or the account refuses; what is missed is named.`,
  async run(args) {
    const { version, values } = parse(args)
    const approval = version === null || values.judge === true ? null : approvalOf(values)
    if (values.judge === true && version === null) throw new UsageError('To judge again it takes a VERSION.')
    return withServerContext(values.data, async (context) => {
      if (values.judge === true && version !== null) {
        const { id, status } = await judge(context, version)
        console.log(
          values.json === true ? JSON.stringify({ id, status }) : `run ${id} (${status}): spira jobs --run ${id}`,
        )
        return 0
      }
      if (version !== null && approval !== null) await approve(context, version, approval)
      const models = await listModelVersions(context)
      const shown = models.filter((model) =>
        version === null ? model.status === 'candidate' : model.version === version,
      )
      if (values.json === true) console.log(JSON.stringify(shown))
      else if (shown.length === 0) console.log('No candidate waits.')
      else for (const model of shown) print(model)
      return 0
    })
  },
}
export default verb

/** @returns the run whose gate stage is queued. */
async function judge(context: ServerContext, version: number) {
  const modelId = await modelIdOf(context, version)
  await context.boss.start()
  try {
    await ensureStageQueues(context.boss)
    return await judgeAgain(context, modelId, 'command-line')
  } finally {
    await context.boss.stop({ graceful: true, timeout: 5000 })
  }
}

async function modelIdOf({ db }: ServerContext, version: number): Promise<string> {
  const model = await db.selectFrom('modelVersions').select('modelId').where('version', '=', version).executeTakeFirst()
  if (model === undefined) throw new Error(`There is no model version ${version}.`)
  return model.modelId
}

interface Approval {
  readonly username: string
  readonly reason: string
  readonly code: string | undefined
  readonly passwordFile: string | undefined
  readonly override: boolean
  readonly channel: string | undefined
  readonly rollout: RolloutRequest
}

/** What somebody must say to approve. @throws UsageError */
function approvalOf(values: ReturnType<typeof parse>['values']): Approval {
  const { as: username, reason = '', code, stages, shadow = false, channel, override = false } = values
  if (username === undefined || reason.trim().length < 3)
    throw new UsageError('An approval needs --as USERNAME and --reason TEXT.')
  const rollout = optionOf('--stages', rolloutRequestSchema, {
    ...(shadow ? { mode: 'shadow' } : {}),
    ...(stages === undefined ? {} : { stages: stagesOf(stages) }),
  })
  return { username, reason: reason.trim(), code, passwordFile: values['password-file'], override, channel, rollout }
}

async function approve(context: ServerContext, version: number, approval: Approval): Promise<void> {
  const { username, reason, code, override, channel } = approval
  const channelId = channel === undefined ? null : await channelNamed(context, channel)
  const modelId = await modelIdOf(context, version)
  const password = await askPassphrase(`Password of ${username}`, 'existing', approval.passwordFile)
  const account = await checkPassword(context, { username, password, code })
  if (account.mustChangePassword) throw new SpiraError('password_change_required')
  const may = ROUTE_POLICY['POST /model-versions/:modelId/approve']
  if (!Array.isArray(may) || !may.includes(account.role)) throw new SpiraError('forbidden')
  const rollout = { ...approval.rollout, channelId }
  await approveModel(context, modelId, { approvedBy: account.username, reason, override, rollout })
}

async function channelNamed(context: ServerContext, name: string): Promise<string> {
  const channel = (await listChannels(context)).find((one) => one.name === name)
  if (channel === undefined) throw new Error(`There is no channel "${name}": spira channels`)
  return channel.id
}

/** "5:24,100:0": five percent for a day, then everybody. */
const stagesOf = (text: string) =>
  text.split(',').map((step) => {
    const [percent = '', hours = '0'] = step.split(':')
    return { sharePermille: Math.round(10 * Number(percent)), soakHours: Number(hours) }
  })

const WHY_AGAIN = {
  undecided: 'the gate has not judged it',
  'other-plan': 'judged by a plan that is not in force any more',
  'other-champion': 'judged beside a champion that is not the champion any more',
  'other-release': 'another release is under way that it was not judged beside',
} as const

function print({
  version,
  status,
  sha256,
  criteria,
  gateStanding,
  approvals,
  approvalsNeeded,
  release,
}: ModelVersion): void {
  const missed = criteria.filter(({ passed }) => !passed)
  console.log(
    `model version ${version} (${status}), ${sha256.slice(0, 12)}: ${missed.length === 0 ? 'meets the plan' : `misses ${missed.length} of ${criteria.length} criteria`}`,
  )
  const letThrough = criteria.filter(({ allowedBecause }) => allowedBecause !== undefined)
  for (const criterion of [...missed, ...letThrough]) console.log(`  ${criterionSentence(criterion)}`)
  if (gateStanding !== null && gateStanding !== 'in-force')
    console.log(`  ${WHY_AGAIN[gateStanding]}: spira release ${version} --judge`)
  for (const { approvedBy, reason } of approvals) console.log(`  approved by ${approvedBy}: ${reason}`)
  console.log(
    release === null
      ? `  ${approvals.length} of ${approvalsNeeded} approvals`
      : `  release ${release.sequence}, ${release.releasedAt}`,
  )
}

function parse(args: readonly string[]) {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      as: { type: 'string' },
      reason: { type: 'string' },
      code: { type: 'string' },
      'password-file': { type: 'string' },
      stages: { type: 'string' },
      shadow: { type: 'boolean' },
      channel: { type: 'string' },
      override: { type: 'boolean' },
      judge: { type: 'boolean' },
      data: { type: 'string' },
      json: { type: 'boolean' },
    },
  })
  const [version, ...more] = positionals
  if (more.length > 0 || (version !== undefined && !/^\d+$/.test(version)))
    throw new UsageError('It takes one VERSION at most, a number.')
  return { version: version === undefined ? null : Number(version), values }
}
