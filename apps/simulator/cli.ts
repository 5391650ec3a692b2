import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { encodeWav, floatToPcm16 } from '@spira/shared/signal/wav.ts'
import { enrolBodySchema } from '@spira/shared/protocol/deviceApi.ts'
import { taskSchema } from '@spira/shared/protocol/records.ts'
import { writeCohort } from './cohort/writeCohort.ts'
import { runSimulatedClinic } from './fleet/simulatedClinic.ts'
import { simulateSpeaker } from './voice/simulateSpeaker.ts'

const HELP = `node apps/simulator/cli.ts COMMAND

  cohort  --out DIR [--count 40] [--seed 1] [--seconds S]
          a folder of recordings with metadata.csv
  speaker --out FILE.wav [--condition present|absent] [--task read-sentence] [--seed 1] [--seconds S] [--rate 16000|48000]
          one recording; 48000 is for a browser's fake microphone
  fleet   --server URL --enrolment-code XXXX-XXXX [--encounters 20] [--seed 1]
          a clinic that enrols and sends labelled encounters through the device protocol`

const seed = z.coerce
  .number()
  .int()
  .min(0)
  .max(2 ** 31 - 1)
  .default(1)
const seconds = z.coerce.number().min(2).max(120).optional()

const commands: Record<string, (options: unknown) => Promise<string>> = {
  async cohort(options) {
    const { out, count, ...rest } = z
      .strictObject({ out: z.string(), count: z.coerce.number().int().min(2).max(100_000).default(40), seed, seconds })
      .parse(options)
    await writeCohort(out, count, rest.seed, rest.seconds)
    return `${count} recordings and metadata.csv in ${out}`
  },

  async speaker(options) {
    const { out, condition, task, rate, ...rest } = z
      .strictObject({
        out: z.string(),
        condition: z.enum(['present', 'absent']).default('absent'),
        task: taskSchema.default('read-sentence'),
        rate: z.enum(['16000', '48000']).default('16000'),
        seed,
        seconds,
      })
      .parse(options)
    const { samples, sampleRateHz, truth } = await simulateSpeaker({
      condition,
      task,
      seed: rest.seed,
      sampleRateHz: rate === '48000' ? 48_000 : 16_000,
      ...(rest.seconds !== undefined && { seconds: rest.seconds }),
    })
    await writeFile(out, encodeWav(floatToPcm16(samples), sampleRateHz))
    return `${out}: ${(samples.length / sampleRateHz).toFixed(2)} s at ${sampleRateHz} Hz, ${truth.pauses} pauses`
  },

  async fleet(options) {
    const { server, encounters, ...rest } = z
      .strictObject({
        server: z.url().transform((url) => new URL(url).origin),
        'enrolment-code': enrolBodySchema.shape.code,
        encounters: z.coerce.number().int().min(1).max(10_000).default(20),
        seed,
      })
      .parse(options)
    const report = await runSimulatedClinic({
      serverUrl: server,
      code: rest['enrolment-code'],
      encounters,
      seed: rest.seed,
      onProgress: (done, total) => process.stderr.write(`\r${done} of ${total}${done === total ? '\n' : ''}`),
    })
    return `${report.encounters} encounters (${report.present} present) of ${report.siteName} filed, every receipt verified`
  },
}

const text = { type: 'string' } as const
try {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      out: text,
      count: text,
      seed: text,
      seconds: text,
      condition: text,
      task: text,
      rate: text,
      server: text,
      'enrolment-code': text,
      encounters: text,
    },
  })
  const command = commands[positionals[0] ?? '']
  if (command === undefined) {
    console.error(HELP)
    process.exitCode = 2
  } else {
    console.log(await command(values))
  }
} catch (error) {
  console.error(error instanceof z.ZodError ? `${z.prettifyError(error)}\n\n${HELP}` : String(error))
  process.exitCode = 1
}
