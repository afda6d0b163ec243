import { t } from '../../words/words.ts';

/** Answers to Authorize have to come within this, s: the declared response timeout. */
const LIMIT_SECONDS = 5;

/** How far the quantile is from the limit; logarithmic, for it lies orders of magnitude below. */
export function Limit({ seconds }: { readonly seconds: number | null }) {
  const decades = 5;
  const part =
    seconds === null
      ? 0
      : Math.min(1, Math.max(0.01, (Math.log10(seconds / LIMIT_SECONDS) + decades) / decades));
  const tone = part > 0.9 ? 'fault' : part > 0.8 ? 'attention' : 'available';
  return (
    <div class="limit">
      <svg
        viewBox="0 0 240 12"
        preserveAspectRatio="none"
        role="img"
        aria-label={t('On a scale that ends at the limit of {seconds} s', { seconds: LIMIT_SECONDS })}
      >
        <rect class="ground" x="0" y="3" width="240" height="6" />
        <rect class={`fill-${tone}`} x="0" y="3" width={240 * part} height="6" />
        {[1, 2, 3, 4].map((decade) => (
          <rect key={decade} class="tick" x={48 * decade} y="3" width="1" height="6" />
        ))}
        <rect class="end" x="238" y="0" width="2" height="12" />
      </svg>
      <span class="small soft">50 µs</span>
      <span class="small soft">{t('limit {seconds} s', { seconds: LIMIT_SECONDS })}</span>
    </div>
  );
}
