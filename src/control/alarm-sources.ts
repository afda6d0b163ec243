import type { Config } from '../config/schema.ts';
import type { Link } from '../link/link.ts';
import type { AlarmSources, Degraded } from '../operations/alarms/farad-findings.ts';
import { type MetricFamily, metrics } from '../telemetry/metrics.ts';
import { askAnalytics } from './analytics-query.ts';
import { askPeers } from './peers.ts';
import type { Readiness } from './readiness.ts';

const DEADLINE_MS = 2000;
/** Tags and charge points of which refusals are counted. */
const MOST_REFUSALS = 10_000;

/** What processes and ClickHouse say, for the rules of alarms. */
export function alarmSources(link: Link, config: Config, readiness: Readiness): AlarmSources {
  /** How far behind the sink was when it last said so, s, and when that was, monotonic ms. */
  let lastBehind = { seconds: 0, at: performance.now() };

  const read = async (name: string): Promise<{ samples: Sample[]; away: string[] }> => {
    const answers = await askPeers(link, config, 'metrics.read', {}, DEADLINE_MS);
    const families = [...metrics.collect(), ...[...answers.values()].flatMap((found) => found ?? [])];
    const away = [...answers].flatMap(([process, found]) => (found ? [] : [process]));
    return { samples: samplesOf(families, name), away };
  };

  return {
    async sinkBehind() {
      const { samples, away } = await read('farad_queue_age_seconds');
      const now = performance.now();
      // A sink that does not answer moves nothing: what waited then is older now.
      if (away.includes('analytics')) return lastBehind.seconds + (now - lastBehind.at) / 1000;
      lastBehind = { seconds: Math.max(0, ...samples.map(({ value }) => value)), at: now };
      return lastBehind.seconds;
    },

    async ownCertificates() {
      const { samples, away } = await read('farad_certificate_days_left');
      if (away.length > 0) return undefined;
      const byFile = new Map(samples.map(({ labels, value }) => [labels.file ?? '', value]));
      return Array.from(byFile, ([file, daysLeft]) => ({ file, daysLeft }));
    },

    async degraded() {
      const { degraded, failing } = await readiness.read();
      const unready = failing.map(([process, { problems }]): Degraded => {
        return { process, name: 'not ready', cause: problems.join(', ') };
      });
      return [...unready, ...degraded];
    },

    async refusals(withinMs) {
      const to = Date.now();
      try {
        const { rows } = await askAnalytics({ link, config }, 'failed-authorizations', {
          from: to - withinMs,
          to,
          by: 'both',
          limit: MOST_REFUSALS,
        });
        return rows.map(({ idTag, chargePointId, times }) => ({
          idTag: String(idTag),
          chargePointId: String(chargePointId),
          times: Number(times),
        }));
      } catch {
        // Analytics is away or busy, which is told elsewhere; tags are counted when it is back.
        return undefined;
      }
    },
  };
}

type Sample = { readonly labels: Readonly<Record<string, string>>; readonly value: number };

function samplesOf(families: readonly MetricFamily[], name: string): Sample[] {
  return families.flatMap((family) =>
    family.name === name && family.type !== 'histogram' ? [...family.samples] : [],
  );
}
