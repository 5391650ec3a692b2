import { builtinModules } from 'node:module'
import { defineConfig } from 'vite'

/** The main process as one ES module; Electron and Node stay outside of it. */
export default defineConfig({
  build: {
    target: 'node24',
    lib: { entry: 'main.ts', formats: ['es'], fileName: () => 'main.js' },
    rolldownOptions: { external: ['electron', ...builtinModules, ...builtinModules.map((name) => `node:${name}`)] },
    minify: false,
  },
})
