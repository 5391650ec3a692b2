import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  base: '/console/',
  plugins: [react()],
  resolve: { dedupe: ['react', 'react-dom', 'react-intl', '@mantine/core'] },
  // The server's content security policy takes fonts and scripts from files alone.
  build: { target: 'es2024', assetsInlineLimit: 0, chunkSizeWarningLimit: 1200 },
  server: { proxy: { '/api': { target: process.env['SPIRA_SERVER'] ?? 'http://127.0.0.1:4600' } } },
})
