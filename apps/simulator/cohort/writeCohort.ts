import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeWav, floatToPcm16 } from '@spira/shared/signal/wav.ts'
import { planCohort, recordMember } from './cohort.ts'

/**
 * Writes `audio/<participant>.wav` (PCM16, mono, 16 kHz, the read sentence) and `metadata.csv` with the columns
 * file_path, class (1 = simulated condition present), participant, site, pauses, seconds.
 */
export async function writeCohort(folder: string, count: number, seed: number, seconds?: number): Promise<void> {
  await mkdir(join(folder, 'audio'), { recursive: true })
  const rows = ['file_path,class,participant,site,pauses,seconds']
  for (const member of planCohort(count, seed)) {
    const { samples, sampleRateHz, truth } = await recordMember(member, 'read-sentence', seconds)
    const path = `audio/${member.participant.toLowerCase()}.wav`
    await writeFile(join(folder, path), encodeWav(floatToPcm16(samples), sampleRateHz))
    const duration = (samples.length / sampleRateHz).toFixed(2)
    rows.push(
      [path, truth.condition === 'present' ? 1 : 0, member.participant, member.site, truth.pauses, duration].join(','),
    )
  }
  await writeFile(join(folder, 'metadata.csv'), `${rows.join('\n')}\n`)
}
