import type { ReportSource } from '../operations/reports/reports.ts';
import { writeTimestamp } from '../protocol/timestamp.ts';
import { ALL_IN_SIGHT } from '../store/sight.ts';
import { exportPieces } from './analytics-export.ts';
import { csvLines } from './csv-file.ts';
import type { ControlDeps } from './deps.ts';
import { columnsOfMany, energyOfMany, isOfMany } from './energy-of-many.ts';
import { membersOfSite } from './site-members.ts';

/** Queries in which hours and days begin somewhere. */
const WITH_TIME_ZONE: readonly string[] = ['energy', 'sessions', 'utilisation'];

/** What analytics answers, for scheduled reports: the same files that the API gives. */
export function reportSource(deps: Pick<ControlDeps, 'link' | 'config' | 'store'>): ReportSource {
  const { timezone } = deps.config.fleet;
  return async ({ question: { name, parameters }, format }, { from, to }) => {
    const { site, ...rest } = parameters;
    const asked = {
      ...rest,
      ...(WITH_TIME_ZONE.includes(name) && { timezone: timezone || 'UTC' }),
      ...(site !== undefined && { members: membersOfSite(deps.store, ALL_IN_SIGHT, site) }),
    };
    const { by, ...narrowed } = asked as typeof asked & { readonly by?: string };
    if (name === 'energy' && isOfMany(by)) {
      const range = { from: writeTimestamp(from), to: writeTimestamp(to) };
      const { rows } = await energyOfMany(
        { ...deps, sight: ALL_IN_SIGHT },
        by,
        { ...narrowed, ...range },
        {},
      );
      return csvLines(columnsOfMany(by), [rows]);
    }
    return exportPieces(deps.link, { name, format, parameters: { ...asked, from, to } });
  };
}
