import { spawnSync } from 'node:child_process'
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { modelManifestSchema } from '@spira/shared/model/manifest.ts'

/**
 * `npm run -s bundle-model [FOLDER]`: trains the model that the app is born with, by our own pipeline on simulated speakers, and
 * puts it into renderer/public/models/bundled. Run it again with the same folder and it goes on where it was stopped.
 */
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const folder = process.argv[2] ?? join(tmpdir(), 'spira-bundled-model')
const bundled = join(root, 'renderer/public/models/bundled')

const SPEAKERS = 480
/** Recordings of ward noise alone; every second is for training, the others are for the probes. */
const WARDS = 24
const NOISE = { training: join(folder, 'noise-training'), probes: join(folder, 'noise-probes') }
/** The settings that docs/EXPERIMENTS.md chose for the compact network. */
const EXPERIMENT = {
  network: 'compact',
  epochs: 30,
  patience: 30,
  batchSize: 16,
  dropout: 0.3,
  labelSmoothing: 0.1,
  weightAveraging: { decay: 0.98 },
  optimiser: { kind: 'adamw', learningRate: 2e-3, weightDecay: 0.05 },
  schedule: { kind: 'cosine', warmUpSteps: 160, totalSteps: 1620 },
  windows: { training: { placed: 'random', perRecording: 3 } },
  augmentation: {
    copies: 5,
    wardNoise: { folder: NOISE.training, slices: 2, level: { by: 'snr', rangeDb: [5, 30] } },
    specAugment: { timeMasks: 1, timeFrames: 20, bandMasks: 2, bands: 8 },
  },
  evaluation: { wardNoiseFolder: NOISE.probes },
}

const run = (script: string, ...args: readonly string[]): void => {
  const { status } = spawnSync(process.execPath, [join(root, script), ...args], { cwd: root, stdio: 'inherit' })
  if (status !== 0) throw new Error(`${script} ended with ${status}; what is in ${folder} is kept.`)
}

await mkdir(folder, { recursive: true })
const cohort = join(folder, 'cohort')
run('apps/simulator/cli.ts', 'cohort', '--out', cohort, '--count', String(SPEAKERS), '--seed', '2026')
for (let ward = 0; ward < WARDS; ward += 1) {
  const noises = ward % 2 === 0 ? NOISE.training : NOISE.probes
  await mkdir(noises, { recursive: true })
  const wav = join(noises, `${ward}.wav`)
  run(
    'apps/simulator/cli.ts',
    'speaker',
    '--task',
    'ambient-noise',
    '--seed',
    String(9000 + ward),
    '--seconds',
    '12',
    '--out',
    wav,
  )
}
const trained = join(folder, 'trained')
const experiment = join(folder, 'experiment.json')
await writeFile(experiment, JSON.stringify(EXPERIMENT))
run(
  'training-server/cli/spira.ts',
  'train',
  experiment,
  '--csv',
  join(cohort, 'metadata.csv'),
  '--out',
  trained,
  '--simulated',
)

// Version 0: the registry of a server starts at 1, so the first release is always newer.
const manifest = modelManifestSchema.parse({
  ...JSON.parse(await readFile(join(trained, 'manifest.json'), 'utf8')),
  version: 0,
})
await mkdir(bundled, { recursive: true })
await writeFile(join(bundled, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`)
for (const file of ['model.onnx', 'golden.json']) await copyFile(join(trained, file), join(bundled, file))
console.log(`bundled: ${manifest.onnx.byteLength} bytes, sha256 ${manifest.onnx.sha256}`)
