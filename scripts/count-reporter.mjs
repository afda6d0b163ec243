import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * A vitest reporter that leaves the number of passed and failed tests, and which ones could not run here and
 * why, in the file that FARAD_TEST_COUNTS names.
 */
export default class CountReporter {
  onTestRunEnd(modules, errors) {
    let passed = 0;
    const notRun = [];
    // A file that cannot be loaded, or an error outside any test, is a failure too.
    let failed = errors.length;
    for (const module of modules) {
      failed += module.errors().length;
      for (const test of module.children.allTests()) {
        const { state, note } = test.result();
        if (state === 'skipped' && note) notRun.push(`${test.fullName}: ${note}`);
        if (state === 'passed') passed++;
        if (state === 'failed') failed++;
      }
    }
    const file = process.env.FARAD_TEST_COUNTS;
    if (!file) return;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify({ passed, failed, notRun }));
  }
}
