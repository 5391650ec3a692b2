import { defineConfig } from 'vitest/config'

const common = {
  exclude: ['**/node_modules/**', '**/dist/**'],
  environment: 'node',
  testTimeout: 30_000,
  hookTimeout: 60_000,
}

export default defineConfig({
  test: {
    globalSetup: ['training-server/db/testCluster.ts'],
    // Real databases and training jobs share two cores: more workers only add waiting.
    maxWorkers: 2,
    projects: [
      {
        // Their tests leave nothing behind in the process: what the server is made of is loaded once, not for each file.
        test: { ...common, name: 'server', include: ['{shared,training-server}/**/*.test.{ts,tsx}'], isolate: false },
      },
      {
        // Each has a process of its own, with what a browser or a desktop has of its own in it.
        test: { ...common, name: 'devices', include: ['{renderer,electron,apps,scripts}/**/*.test.{ts,tsx}'] },
      },
    ],
  },
})
