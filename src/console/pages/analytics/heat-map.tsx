import { t } from '../../words/words.ts';

interface HeatMapProps {
  readonly label: string;
  readonly days: readonly { readonly key: string; readonly word: string }[];
  /** 0 to 1; undefined where nothing is known. */
  shareOf(day: string, hour: number): number | undefined;
}

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
/** Upper ends of the steps that differ in colour. */
const STEPS = [0, 0.1, 0.25, 0.5, 0.75, 1] as const;

/**
 * Hours by days, each cell its number on a ground as deep as it is high: a table to read, a picture to see.
 */
export function HeatMap({ label, days, shareOf }: HeatMapProps) {
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: on a phone it scrolls, and keys must reach it */}
      <section class="scroll" tabIndex={0} aria-label={label}>
        <table class="heat">
          <caption class="visually-hidden">{t('{label}, percent by hour of the day', { label })}</caption>
          <thead>
            <tr>
              <td />
              {HOURS.map((hour) => (
                <th key={hour} scope="col">
                  {String(hour).padStart(2, '0')}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {days.map(({ key, word }) => (
              <tr key={key}>
                <th scope="row">{word}</th>
                {HOURS.map((hour) => {
                  const value = shareOf(key, hour);
                  return value === undefined ? (
                    <td key={hour}>
                      <span class="visually-hidden">{t('not in this time')}</span>
                    </td>
                  ) : (
                    <td
                      key={hour}
                      class={`heat-${stepOf(value)}`}
                      title={t('{word}, {from}:00 to {to}:00: {value} %', {
                        word,
                        from: hour,
                        to: hour + 1,
                        value: percent(value),
                      })}
                    >
                      {percent(value)}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p class="legend small soft">
        <span>{t("% of the connectors' time taken by a transaction, by local hour:")}</span>
        {STEPS.map((upper, step) => (
          <span key={upper}>
            <span class={`swatch heat-${step}`} aria-hidden="true" />
            {step === 0 ? '0' : t('to {value}', { value: 100 * upper })}
          </span>
        ))}
      </p>
    </>
  );
}

function stepOf(value: number): number {
  return Math.max(
    0,
    STEPS.findIndex((upper) => value <= upper + 1e-9),
  );
}

function percent(value: number): string {
  const whole = Math.round(100 * value);
  return value > 0 && whole === 0 ? '<1' : String(whole);
}
