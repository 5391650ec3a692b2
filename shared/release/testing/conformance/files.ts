import { newId } from '../../../protocol/ids.ts'
import type { TufRepository } from '../tufRepository.ts'
import type { ConformanceCase } from './case.ts'

/** test_file_download.py, and the endless data attack of the specification (section 1.5.2), which the suite has no case for. */

function release(repository: TufRepository, sequence: number, text: string): void {
  const files = {
    manifest: Buffer.from(`manifest ${text}`),
    onnx: Buffer.from(`onnx ${text}`),
    golden: Buffer.from(`golden ${text}`),
  }
  repository.addRelease({ sequence, modelId: newId(), version: sequence, files })
  repository.publish()
}

const networkFile = (repository: TufRepository): string =>
  [...repository.files.keys()].findLast((path) => path.endsWith('.model.onnx')) ?? ''

const endless = (path: string, steps: (repository: TufRepository) => void): ConformanceCase => ({
  name: `test_endless_data[${path}]`,
  async run(stage) {
    await stage.accepts()
    steps(stage.repository)
    stage.repository.endless.add(path)
    await stage.refuses(/too_large/)
  },
})

export const FILE_CASES: readonly ConformanceCase[] = [
  {
    name: 'test_client_downloads_expected_file_in_sub_dir',
    async run(stage) {
      release(stage.repository, 1, 'one')
      await stage.downloads()
    },
  },
  {
    name: 'test_repository_substitutes_target_file',
    async run(stage) {
      const { repository } = stage
      release(repository, 1, 'one')
      await stage.downloads()
      repository.files.set(networkFile(repository), Buffer.from('onnx 0ne'))
      await stage.refusesDownload(/hash_mismatch/)
    },
  },
  {
    name: 'test_target_of_another_length',
    async run(stage) {
      const { repository } = stage
      release(repository, 1, 'one')
      const path = networkFile(repository)
      repository.files.set(path, Buffer.from('onnx'))
      await stage.refusesDownload(/length_mismatch/)
      repository.files.set(path, Buffer.from('onnx one and more'))
      await stage.refusesDownload(/too_large/)
    },
  },
  {
    name: 'test_multiple_changes_to_target',
    async run(stage) {
      const { repository } = stage
      for (let change = 1; change <= 11; change += 1) {
        release(repository, change, `number ${change}`)
        if (change % 5 !== 1) continue
        await stage.downloads()
        repository.files.set(networkFile(repository), Buffer.from(`ONNX number ${change}`))
        repository.publish()
        await stage.refusesDownload(/hash_mismatch/)
      }
    },
  },
  {
    name: 'test_download_with_unknown_hash_algorithm',
    async run(stage) {
      const { repository } = stage
      release(repository, 1, 'one')
      for (const target of Object.values(repository.targets.targets))
        Object.assign(target, { hashes: { unknown: target.hashes['sha256'] } })
      repository.publish()
      await stage.refusesDownload(/metadata_invalid/)
    },
  },
  endless('metadata/2.root.json', () => undefined),
  endless('metadata/timestamp.json', () => undefined),
  endless('metadata/2.snapshot.json', (repository) => repository.publish()),
  endless('metadata/2.targets.json', (repository) => repository.publish()),
  {
    name: 'test_endless_data[target]',
    async run(stage) {
      release(stage.repository, 1, 'one')
      stage.repository.endless.add(networkFile(stage.repository))
      await stage.refusesDownload(/too_large/)
    },
  },
  {
    name: 'test_endless_root_chain (a refresh follows a bounded number of roots)',
    async run(stage) {
      const { repository } = stage
      for (let more = 0; more < 300; more += 1) repository.publishRoles('root')
      await stage.accepts()
      await stage.trusts({ root: 257 })
      await stage.accepts()
      await stage.trusts({ root: 301 })
    },
  },
]
