import { expect, test } from 'vitest';
import { firstView } from '../../../src/console/words/german/first-view.ts';
import { german } from '../../../src/console/words/german/words.ts';
import type { Entry } from '../../../src/console/words/language.ts';
import { filesIn, read } from '../docs/repository.ts';
import { reachedFrom, saidTooEarly, sources, strayTexts, textsOf } from './console-sources.ts';

/** Files whose texts have not been moved yet. It may only become shorter. */
const NOT_YET: readonly string[] = [
  'src/console/alarm-draft.ts',
  'src/console/alarm-words.ts',
  'src/console/campaign-task.ts',
  'src/console/commands.ts',
  'src/console/connection-story.ts',
  'src/console/drift.ts',
  'src/console/pages/add-charge-point/add-charge-point.tsx',
  'src/console/pages/add-charge-point/how-to-connect.tsx',
  'src/console/pages/alarms/acknowledge.tsx',
  'src/console/pages/alarms/alarm-rule-form.tsx',
  'src/console/pages/alarms/alarm-rules.tsx',
  'src/console/pages/alarms/alarm-tell-fields.tsx',
  'src/console/pages/alarms/alarm-where-fields.tsx',
  'src/console/pages/alarms/alarms-page.tsx',
  'src/console/pages/alarms/standing-alarms.tsx',
  'src/console/pages/alarms/test-rule.tsx',
  'src/console/pages/analytics/analytics-page.tsx',
  'src/console/pages/analytics/answer-times.tsx',
  'src/console/pages/analytics/connections.tsx',
  'src/console/pages/analytics/energy.tsx',
  'src/console/pages/analytics/errors.tsx',
  'src/console/pages/analytics/export-links.tsx',
  'src/console/pages/analytics/failed-authorizations.tsx',
  'src/console/pages/analytics/faults.tsx',
  'src/console/pages/analytics/heat-map.tsx',
  'src/console/pages/analytics/idle.tsx',
  'src/console/pages/analytics/messages.tsx',
  'src/console/pages/analytics/past-transactions.tsx',
  'src/console/pages/analytics/power.tsx',
  'src/console/pages/analytics/report-table.tsx',
  'src/console/pages/analytics/report.tsx',
  'src/console/pages/analytics/samples.tsx',
  'src/console/pages/analytics/scheduled/scheduled-report-form.tsx',
  'src/console/pages/analytics/scheduled/scheduled-reports.tsx',
  'src/console/pages/analytics/scheduled/scheduled-target-fields.tsx',
  'src/console/pages/analytics/sessions.tsx',
  'src/console/pages/analytics/sql/saved-queries.tsx',
  'src/console/pages/analytics/sql/schema-browser.tsx',
  'src/console/pages/analytics/sql/sql-rows.tsx',
  'src/console/pages/analytics/sql/sql.tsx',
  'src/console/pages/analytics/uptime.tsx',
  'src/console/pages/analytics/utilisation.tsx',
  'src/console/pages/api-keys.tsx',
  'src/console/pages/audit.tsx',
  'src/console/pages/campaign-pace-fields.tsx',
  'src/console/pages/campaign-security-fields.tsx',
  'src/console/pages/campaign-target-fields.tsx',
  'src/console/pages/campaign-task-fields.tsx',
  'src/console/pages/campaign.tsx',
  'src/console/pages/campaigns.tsx',
  'src/console/pages/charge-point/answer.tsx',
  'src/console/pages/charge-point/charge-point-page.tsx',
  'src/console/pages/charge-point/command-form.tsx',
  'src/console/pages/charge-point/commands.tsx',
  'src/console/pages/charge-point/configuration.tsx',
  'src/console/pages/charge-point/connectors.tsx',
  'src/console/pages/charge-point/followed.tsx',
  'src/console/pages/charge-point/installed-profiles.tsx',
  'src/console/pages/charge-point/maintenance.tsx',
  'src/console/pages/charge-point/quick-actions.tsx',
  'src/console/pages/charge-point/security/certificates.tsx',
  'src/console/pages/charge-point/security/delete-root.tsx',
  'src/console/pages/charge-point/security/install-root.tsx',
  'src/console/pages/charge-point/security/lower-dialog.tsx',
  'src/console/pages/charge-point/security/password-dialog.tsx',
  'src/console/pages/charge-point/security/profile.tsx',
  'src/console/pages/charge-point/security/raise-dialog.tsx',
  'src/console/pages/charge-point/security/renew-dialog.tsx',
  'src/console/pages/charge-point/security/root-table.tsx',
  'src/console/pages/charge-point/security/roots.tsx',
  'src/console/pages/charge-point/security/security-actions.tsx',
  'src/console/pages/charge-point/security/security.tsx',
  'src/console/pages/charge-point/settings.tsx',
  'src/console/pages/charge-point/smart-charging.tsx',
  'src/console/pages/charge-point/timeline.tsx',
  'src/console/pages/charge-point/wanted.tsx',
  'src/console/pages/charge-points.tsx',
  'src/console/pages/configuration/drift-counts.tsx',
  'src/console/pages/configuration/key-rows.tsx',
  'src/console/pages/configuration/mend-dialog.tsx',
  'src/console/pages/configuration/template-editor.tsx',
  'src/console/pages/configuration/template-form.tsx',
  'src/console/pages/configuration/template-page.tsx',
  'src/console/pages/configuration/templates-page.tsx',
  'src/console/pages/map/cluster-list.tsx',
  'src/console/pages/map/fleet-map.tsx',
  'src/console/pages/map/map-surface.tsx',
  'src/console/pages/new-campaign.tsx',
  'src/console/pages/picked-bar.tsx',
  'src/console/pages/reservations.tsx',
  'src/console/pages/reserve-dialog.tsx',
  'src/console/pages/saved-filters.tsx',
  'src/console/pages/security/authorities.tsx',
  'src/console/pages/security/event-table.tsx',
  'src/console/pages/security/expiring.tsx',
  'src/console/pages/security/fleet-events.tsx',
  'src/console/pages/security/manufacturers.tsx',
  'src/console/pages/security/new-authority.tsx',
  'src/console/pages/security/new-manufacturer-root.tsx',
  'src/console/pages/security/profiles.tsx',
  'src/console/pages/security/requests.tsx',
  'src/console/pages/security/security-events.tsx',
  'src/console/pages/security/security-page.tsx',
  'src/console/pages/sessions.tsx',
  'src/console/pages/sites/group-rows.tsx',
  'src/console/pages/sites/live-sum.tsx',
  'src/console/pages/sites/member-rows.tsx',
  'src/console/pages/sites/site-editor.tsx',
  'src/console/pages/sites/site-form.tsx',
  'src/console/pages/sites/site-page.tsx',
  'src/console/pages/sites/sites-page.tsx',
  'src/console/pages/system.tsx',
  'src/console/pages/tokens/local-list-form.tsx',
  'src/console/pages/tokens/local-lists.tsx',
  'src/console/pages/tokens/token-dialog.tsx',
  'src/console/pages/tokens/token-import.tsx',
  'src/console/pages/tokens/token-page.tsx',
  'src/console/pages/tokens/tokens-page.tsx',
  'src/console/pages/transaction-export.tsx',
  'src/console/pages/transaction/account.tsx',
  'src/console/pages/transaction/close-dialog.tsx',
  'src/console/pages/transaction/correct-dialog.tsx',
  'src/console/pages/transaction/head.tsx',
  'src/console/pages/transaction/series.ts',
  'src/console/pages/transaction/transaction-page.tsx',
  'src/console/pages/transaction/wish.tsx',
  'src/console/pages/transactions-to-review.tsx',
  'src/console/pages/transactions.tsx',
  'src/console/pages/users/user-dialog.tsx',
  'src/console/pages/users/users.tsx',
  'src/console/parts/document-editor.tsx',
  'src/console/parts/pem-field.tsx',
  'src/console/parts/plot.ts',
  'src/console/parts/webhook-fields.tsx',
  'src/console/report-draft.ts',
  'src/console/save.ts',
  'src/console/security.ts',
  'src/console/story.ts',
  'src/console/transaction-words.ts',
];

const used = new Set(sources.flatMap(textsOf));
const entries: readonly (readonly [text: string, entry: Entry])[] = Object.entries(german);

test('everything that people read is in the catalogue', () => {
  const moved = sources.filter(({ fileName }) => !NOT_YET.includes(fileName));
  expect(moved.flatMap(strayTexts)).toEqual([]);
  const movedAllTheSame = sources.filter(
    (source) => NOT_YET.includes(source.fileName) && strayTexts(source).length === 0,
  );
  expect(movedAllTheSame.map(({ fileName }) => fileName)).toEqual([]);
});

test('the catalogue holds nothing that nobody says, and nothing twice', () => {
  expect(entries.map(([text]) => text).filter((text) => !used.has(text))).toEqual([]);
  const files = filesIn('src/console/words/german', /\.ts$/);
  const keys = files.flatMap((file) => read(file).match(/^ {2}(?:'[^\n]*?'|"[^\n]*?"|\w+)(?=:)/gm) ?? []);
  expect(keys.length).toBe(entries.length);
});

test('every text has the same holes in German, and all forms where it counts', () => {
  const wrong = entries.filter(([text, entry]) => {
    const forms = typeof entry === 'string' ? [entry] : [entry.one, entry.other];
    return forms.some(
      (form) =>
        form === undefined ||
        holesOf(form, typeof entry !== 'string') !== holesOf(text, typeof entry !== 'string'),
    );
  });
  expect(wrong).toEqual([]);
});

test('nothing is said before the language is known', () => {
  expect(sources.flatMap(saidTooEarly)).toEqual([]);
});

test('what the first view says is read before it is shown, and nothing else', () => {
  const isBeyond = (file: string) =>
    /\/pages\/(?!overview\/|page\.tsx|log-in\.tsx|owed-password\.tsx)/.test(file);
  const first = reachedFrom('src/console/main.tsx', isBeyond);
  const said = new Set(sources.filter(({ fileName }) => first.has(fileName)).flatMap(textsOf));
  expect(entries.map(([text]) => text).filter((text) => said.has(text) && !(text in firstView))).toEqual([]);
  expect(Object.keys(firstView).filter((text) => !said.has(text))).toEqual([]);
});

/** A number may be left out where it goes without saying. */
function holesOf(text: string, counts: boolean): string {
  const holes = new Set(text.match(/\{\w+\}/g));
  if (counts) holes.delete('{n}');
  return [...holes].sort().join();
}
