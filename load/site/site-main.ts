import { Progress } from '../progress.ts';
import { readSiteOptions, SITE_HELP } from './site-options.ts';
import { siteSummary, writeSiteReport } from './site-report.ts';
import { runSiteScenario } from './site-scenario.ts';

/** The exit code: 0 passed, 1 failed. @throws OptionError for wrong flags. */
export async function siteMain(argv: readonly string[]): Promise<number> {
  const options = readSiteOptions(argv);
  if (options === undefined) {
    console.log(SITE_HELP);
    return 0;
  }
  const interruption = new AbortController();
  process.once('SIGINT', () => interruption.abort());
  process.once('SIGTERM', () => interruption.abort());
  const progress = new Progress();
  const report = await runSiteScenario(options, progress, interruption.signal);
  progress.say('');
  console.log(siteSummary(report));
  if (options.report !== undefined) console.log(`report: ${await writeSiteReport(options.report, report)}`);
  return report.failures.length === 0 ? 0 : 1;
}
