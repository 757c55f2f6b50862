import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// Where the development server finds the API: a daemon's socket, or the fixture server of tests/fixture.
const socket = process.env['COVEY_SOCKET'];
const fixture = process.env['COVEY_FIXTURE'] ?? 'http://127.0.0.1:7499';

export default defineConfig({
  plugins: [react()],
  server: {
    host: '127.0.0.1',
    port: Number(process.env['COVEY_WEB_PORT'] ?? 5173),
    proxy: {
      '/api': socket ? { target: { socketPath: socket, host: 'covey', port: 80, protocol: 'http:' } } : { target: fixture },
    },
  },
  build: {
    target: 'es2022',
    // Inlined files would be data: addresses, which the Content-Security-Policy allows for images alone.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      output: {
        manualChunks: (id) =>
          /node_modules\/(react|react-dom|scheduler|wouter|@tanstack)\//.test(id) ? 'react' : /node_modules\/(@mantine|@floating-ui)\//.test(id) ? 'mantine' : undefined,
      },
    },
  },
  test: { environment: 'jsdom', include: ['src/**/*.test.{ts,tsx}'] },
});
