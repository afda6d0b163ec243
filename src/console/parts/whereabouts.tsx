import type { ChargePointSettings } from '../model.ts';
import { t } from '../words/words.ts';

/** What people call a charge point, where it stands and its tags, below its identity in a list. */
export function Whereabouts({ settings }: { readonly settings: ChargePointSettings | null }) {
  const { displayName, place, tags = [] } = settings ?? {};
  const words = [displayName, place?.bay && t('bay {bay}', { bay: place.bay })].filter(Boolean).join(' · ');
  if (words === '' && tags.length === 0) return null;
  return (
    <div class="small soft">{[words, tags.map((tag) => `#${tag}`).join(' ')].filter(Boolean).join(' ')}</div>
  );
}
