import { OwnGateway } from '../gateway.ts';
import type { Progress } from '../progress.ts';
import { judgeSite, WHOLE_STORY } from './site-judge.ts';
import type { SiteOptions } from './site-options.ts';
import type { SiteReport } from './site-report.ts';
import { runSite, siteFlags } from './site-run.ts';

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
      { target: gateway.target, chargePoints, limit, speed, seed, story: WHOLE_STORY },
      ({ at, limit: now, current, paused }) => {
        const sums = current.map((one) => one.toFixed(0)).join(' ');
        progress.show('site', at / 60 / WHOLE_STORY.ends, `${sums} A of ${now} A, ${paused} paused`);
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
