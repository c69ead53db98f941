import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vitest/config';

// `npm run dev` needs a running node; THERIAC_SERVER says where it listens.
const node = process.env.THERIAC_SERVER ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [sveltekit()],
  build: { target: 'es2022', assetsInlineLimit: 0 },
  server: { proxy: { '/api': node, '/epcis': node } },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
