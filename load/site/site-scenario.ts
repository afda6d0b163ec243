import { OwnGateway } from '../gateway.ts';
import type { Progress } from '../progress.ts';
import type { SiteOptions } from './site-options.ts';
import { judgeSite, type SiteReport } from './site-report.ts';
import { runSite, type SiteStory, siteFlags } from './site-run.ts';

/** The whole story: 45 simulated minutes. */
const STORY: SiteStory = {
  settled: 6,
  offline: { at: 12, lasts: 6 },
  halved: { from: 24, to: 41 },
  ends: 45,
};

/** Runs the site scenario against a gateway of its own. @throws Error if it cannot even begin. */
export async function runSiteScenario(
  { chargePoints, limit, speed, seed }: SiteOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<SiteReport> {
  progress.say(
    `site: seed ${seed}, ${chargePoints} charge points behind ${limit} A per phase, ${speed} times as fast as life`,
  );
  const gateway = await OwnGateway.start(1, siteFlags(speed));
  try {
    const outcome = await runSite(
      { target: gateway.target, chargePoints, limit, speed, seed, story: STORY },
      ({ at, limit: now, current, paused }) => {
        const sums = current.map((one) => one.toFixed(0)).join(' ');
        progress.show('site', at / 60 / STORY.ends, `${sums} A of ${now} A, ${paused} paused`);
      },
      signal,
    );
    const failures = judgeSite(outcome);
    if (signal.aborted) failures.push('interrupted');
    return { chargePoints, limit, speed, seed, outcome, failures };
  } finally {
    await gateway.stop();
  }
}
