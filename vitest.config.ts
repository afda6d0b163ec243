import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    // One more than the cores of a small machine: much of the time is waiting for processes and timers.
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Only with --coverage (npm run coverage). What runs in other processes does not count.
    coverage: {
      provider: 'v8',
      include: ['src/**/*.{ts,tsx}'],
      exclude: ['src/protocol/v16/generated/**', 'src/**/*.d.ts'],
      reporter: ['text', 'html'],
      reportsDirectory: 'coverage',
    },
  },
});
