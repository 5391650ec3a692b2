import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import type { z } from 'zod'
import { createQualityMeter } from '@spira/shared/signal/quality.ts'
import { encodeWav, floatToPcm16, pcm16ToFloat } from '@spira/shared/signal/wav.ts'
import { AudioFailure } from './audioFailure.ts'
import { decodeAudio } from './decodeAudio.ts'
import { type DecodeOrder, decodeOrderSchema, type decodeReplySchema, type StagedAudio } from './stagedAudio.ts'

/**
 * The process in which foreign bytes are read, one file at a time: it may read the program and the folder of staged files, write the
 * latter, and nothing else (see decoder.ts). What it leaves is a WAV of its own making, no byte of the source.
 */
process.on('message', (message) => void answer(decodeOrderSchema.parse(message)))
process.on('disconnect', () => process.exit())

async function answer(order: DecodeOrder): Promise<void> {
  const reply: z.infer<typeof decodeReplySchema> = { order: order.order, result: await decode(order) }
  process.send?.(reply)
}

async function decode({ source, target }: DecodeOrder): Promise<z.infer<typeof decodeReplySchema>['result']> {
  try {
    const { samples, clippedShare, ...facts } = await decodeAudio(await readFile(source))
    const pcm = floatToPcm16(samples)
    const wav = encodeWav(pcm, 16_000)
    await writeFile(target, wav, { mode: 0o600 })
    const meter = createQualityMeter()
    meter.push(pcm16ToFloat(pcm))
    const judged = (expects: 'speech' | 'vowel' | 'room') =>
      meter.report({ interrupted: false, processedByBrowser: false, clippedShareAtSource: clippedShare, expects })
    const audio: StagedAudio = {
      ...facts,
      sampleCount: pcm.length,
      byteLength: wav.length,
      hash: createHash('sha256').update(wav).digest('hex'),
      quality: { speech: judged('speech'), vowel: judged('vowel'), room: judged('room') },
    }
    return { audio }
  } catch (error) {
    return { failure: error instanceof AudioFailure ? error.reason : 'damaged' }
  }
}
