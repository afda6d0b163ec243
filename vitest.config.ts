import { configDefaults, defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** They take long for their size, by which vitest sorts files: at the end the other workers would wait. */
const LONG = [
  'test/browser/accessibility.test.ts',
  'test/browser/still.test.ts',
  'test/gateway/fuzz.test.ts',
];

/** Of test/unit, what must not share a process with other files. */
const ALONE = [
  // They are about the modules that a process has loaded, or about what its event loop and its heap do.
  'test/unit/analytics/engine.test.ts',
  'test/unit/cli/lazy-certify.test.ts',
  'test/unit/telemetry/loop-delay.test.ts',
  'test/unit/telemetry/process-metrics.test.ts',
];

/** The long ones first. Those that share a process come together, at the end: else it would not be kept. */
class InGoodOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification): number => {
      if (LONG.some((file) => moduleId.endsWith(file))) return 0;
      return project.config.isolate ? 1 : 2;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: { name: 'apart', include: ['test/!(unit)/**/*.test.ts', ...ALONE] },
      },
      {
        // To start a process and to load the same modules takes longer than most of these tests.
        extends: true,
        test: {
          name: 'sharing',
          include: ['test/unit/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...ALONE],
          isolate: false,
        },
      },
    ],
    pool: 'forks',
    // One more than the cores of a small machine: much of the time is waiting for processes and timers.
    maxWorkers: 3,
    sequence: { sequencer: InGoodOrder },
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
