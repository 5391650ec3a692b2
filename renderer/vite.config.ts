import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { VitePWA } from 'vite-plugin-pwa'

/** Cross-origin isolation: onnxruntime-web runs its threads only with it. */
const isolation = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }
const proxy = { '/api': { target: process.env['SPIRA_SERVER'] ?? 'http://127.0.0.1:4600' } }

export default defineConfig({
  base: '/bedside/',
  plugins: [
    react(),
    VitePWA({
      // The new version is offered, never forced.
      registerType: 'prompt',
      injectRegister: null,
      manifest: {
        name: 'Spira Edge',
        short_name: 'Spira Edge',
        description: 'Offline speech screening at the bedside',
        id: '/bedside/',
        start_url: '/bedside/',
        scope: '/bedside/',
        display: 'standalone',
        background_color: '#f4f7f7',
        theme_color: '#0d707b',
        icons: [
          { src: 'icon.svg', sizes: 'any', type: 'image/svg+xml' },
          { src: 'icon-192.png', sizes: '192x192', type: 'image/png' },
          { src: 'icon-512.png', sizes: '512x512', type: 'image/png' },
          { src: 'icon-maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
        ],
      },
      workbox: {
        // Everything to start and to score without a network; only the scripts of this app speak three languages in Latin letters.
        // WebGPU's build of the runtime is fetched where there is a graphics adapter; WASM's is always there.
        globPatterns: ['**/*.{html,js,css,wasm,onnx,json,svg,png,woff2}'],
        globIgnores: ['**/inter-{cyrillic,greek,vietnamese}*.woff2', '**/*.asyncify-*.wasm'],
        maximumFileSizeToCacheInBytes: 32 * 1024 * 1024,
        navigateFallback: '/bedside/index.html',
        navigateFallbackDenylist: [/^\/api\//],
        cleanupOutdatedCaches: true,
      },
    }),
  ],
  worker: { format: 'es' },
  optimizeDeps: { exclude: ['onnxruntime-web'] },
  build: { target: 'es2024', chunkSizeWarningLimit: 1200 },
  server: { headers: isolation, proxy },
  preview: { headers: isolation, proxy },
})
