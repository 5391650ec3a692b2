/** Writes the voices that Praat measures: `node writeVoices.ts FOLDER`. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeWav, floatToPcm16 } from '../../wav.ts'
import { perturbedVoice } from './perturbedVoice.ts'
import praat from './praat.json' with { type: 'json' }

for (const { name, options } of praat.voices) {
  const wav = encodeWav(floatToPcm16(perturbedVoice(options)), 16_000)
  await writeFile(join(process.argv[2] ?? '.', `${name}.wav`), wav)
}
