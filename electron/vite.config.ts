import { builtinModules } from 'node:module'
import { defineConfig, type Rolldown } from 'vite'

const external: Rolldown.ExternalOption = [
  'electron',
  ...builtinModules,
  ...builtinModules.map((name) => `node:${name}`),
]

/**
 * `main`: the main process as one ES module. `preload` (vite build --mode preload): CommonJS in one file, because a sandboxed
 * preload can neither be an ES module nor require a file of its own. Electron and Node stay outside of both; everything
 * else is built in, so that the packed app has no node_modules.
 */
export default defineConfig(({ mode }) =>
  mode === 'preload'
    ? {
        build: {
          target: 'chrome150',
          emptyOutDir: false,
          lib: { entry: 'preload.ts', formats: ['cjs'], fileName: () => 'preload.cjs' },
          rolldownOptions: { external },
          minify: false,
        },
      }
    : {
        build: {
          target: 'node24',
          lib: { entry: 'main.ts', formats: ['es'], fileName: () => 'main.js' },
          rolldownOptions: { external, platform: 'node' },
          minify: false,
        },
      },
)
