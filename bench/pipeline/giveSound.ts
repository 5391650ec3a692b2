import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { encodeWav, floatToPcm16 } from '@spira/shared/signal/wav.ts'
import type { ServerContext } from '../../training-server/server/context.ts'
import { RandomStream } from '../../training-server/training/randomStream.ts'

const SECONDS = 1
const RATE_HZ = 16_000

/** A second of noise for each recording that has a row: another for each, the same for the same number. */
export async function giveSound({ db, blobs }: Pick<ServerContext, 'db' | 'blobs'>): Promise<void> {
  const rows = await db.selectFrom('recordings').select('id').orderBy('id').execute()
  const noise = new RandomStream(1, 'noise').uniform(RATE_HZ * (SECONDS + 1), -0.3, 0.3)
  for (const [at, { id }] of rows.entries()) {
    // Shifted, and with its number in the first samples: no two are the same, and none costs its own noise.
    const from = (at * 7919) % RATE_HZ
    const samples = Float32Array.from(noise.slice(from, from + RATE_HZ * SECONDS))
    samples[0] = (at % 1000) / 1000
    samples[1] = Math.floor(at / 1000) / 1000
    const wav = Buffer.from(encodeWav(floatToPcm16(samples), RATE_HZ))
    const sha256 = await blobs.put(wav)
    if (sha256 !== createHash('sha256').update(wav).digest('hex')) throw new Error('The blob store names it otherwise.')
    await db
      .updateTable('recordings')
      .set({ sha256, byteLength: wav.length, sampleCount: samples.length })
      .where('id', '=', id)
      .execute()
  }
  await sql`analyze recordings`.execute(db)
}
