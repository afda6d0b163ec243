import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/**
 * Bundles the console into dist/console; scripts/build.mjs runs it. Nothing inline, so that the page can
 * forbid inline scripts and styles.
 */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: fileURLToPath(new URL('../../dist/console', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // kB; the outline of the map is loaded only where somebody looks at it.
    chunkSizeWarningLimit: 800,
  },
});
