import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { killInMidAppend } from '../electron/journal/testing/killRounds.ts'

/** `npm run -s shell:journal-kill [-- ROUNDS]`: kill -9 in the middle of the shell journal's appends, 50 times by default. */
const rounds = Number(process.argv[2] ?? '50')
if (!Number.isInteger(rounds) || rounds < 1) {
  console.error('shell:journal-kill: say how many rounds, for example: npm run -s shell:journal-kill -- 50')
  process.exit(2)
}
const folder = await mkdtemp(join(tmpdir(), 'spira-journal-kill-'))
try {
  const { acknowledged, lost, tornTails } = await killInMidAppend(folder, rounds)
  console.log(
    `${rounds} kills in mid-append: ${acknowledged} chunks acknowledged, ${lost} of them lost or changed, ${tornTails} torn tails cut off`,
  )
  process.exitCode = lost === 0 && acknowledged > 0 ? 0 : 1
} finally {
  await rm(folder, { recursive: true, force: true })
}
