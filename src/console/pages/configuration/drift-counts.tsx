import { DRIFT_STATES } from '../../drift.ts';
import { count } from '../../format.ts';
import type { ConfigurationTemplate } from '../../model.ts';
import { t } from '../../words/words.ts';

/** How the charge points of a template stand, as a bar and in words. */
export function DriftCounts({ counts }: { readonly counts: ConfigurationTemplate['drift'] }) {
  if (counts === null) return <span class="small soft">{t('being compared')}</span>;
  const parts = DRIFT_STATES.filter(([state]) => counts[state] > 0);
  return (
    <div>
      <div class="bar-of" aria-hidden="true">
        {parts.map(([state, , tone]) => (
          <span key={state} class={`fill-${tone}`} style={{ flexGrow: counts[state] }} />
        ))}
      </div>
      <span class="small soft">
        {parts.map(([state, word]) => `${count(counts[state])} ${t(word)}`).join(' · ') ||
          t('no charge point')}
      </span>
    </div>
  );
}
