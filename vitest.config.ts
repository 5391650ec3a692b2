import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{shared,renderer,electron,training-server,apps,scripts}/**/*.test.{ts,tsx}'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    environment: 'node',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    globalSetup: ['training-server/db/testCluster.ts'],
    // Real databases and training jobs share two cores: more workers only add waiting.
    maxWorkers: 2,
  },
})
