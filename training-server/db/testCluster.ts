import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { stopPostgres } from './postgres.ts'

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'spira-cluster-'))
  project.provide('postgresFolder', folder)
  return async () => {
    await stopPostgres(folder)
    await rm(folder, { recursive: true, force: true })
  }
}
