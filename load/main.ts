import { fuzzMain } from './fuzz/fuzz-main.ts';
import { OptionError } from './option-error.ts';
import { HELP, readOptions } from './options.ts';
import { Progress } from './progress.ts';
import { writeReport } from './report/write-report.ts';
import { runLoad } from './run.ts';
import { siteMain } from './site/site-main.ts';
import { summary } from './summary.ts';

process.exitCode = await main(process.argv.slice(2));

/** The exit code: 0 passed, 1 failed, 2 wrong flags. */
async function main(argv: readonly string[]): Promise<number> {
  try {
    if (argv[0] === '--scenario' && argv[1] === 'site') return await siteMain(argv.slice(2));
    if (argv[0] === '--scenario' && argv[1] === 'fuzz') return await fuzzMain(argv.slice(2));
    const options = readOptions(argv);
    if (options === undefined) {
      console.log(HELP);
      return 0;
    }
    const interruption = new AbortController();
    process.once('SIGINT', () => interruption.abort());
    process.once('SIGTERM', () => interruption.abort());
    const progress = new Progress();
    const outcome = await runLoad(options, progress, interruption);
    progress.say('');
    console.log(summary(outcome));
    if (options.report !== undefined) console.log(`report: ${await writeReport(options.report, outcome)}`);
    return outcome.judgement.failures.length === 0 ? 0 : 1;
  } catch (error) {
    console.error(error instanceof OptionError ? `load: ${error.message}` : error);
    return error instanceof OptionError ? 2 : 1;
  }
}
