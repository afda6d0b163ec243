import { queryOf } from '../api.ts';
import { useSuggestions } from '../parts/suggestions.ts';
import { type Plain, plural, t } from '../words/words.ts';

const FILTERS = [
  ['group', 'Group'],
  ['tag', 'Tag'],
  ['vendor', 'Vendor'],
  ['model', 'Model'],
  ['firmwareVersion', 'Firmware'],
  ['idPrefix', 'Id begins with'],
] as const satisfies readonly (readonly [name: string, word: Plain])[];

/** Identities that are named before the rest is counted. */
const NAMED = 10;

/** Whom a campaign is for. */
export type Targets =
  /** Picked by hand. */
  | { readonly by: 'ids'; readonly ids: readonly string[] }
  | { readonly by: 'all' }
  /** Those that match every member. */
  | { readonly by: 'filter'; readonly filter: Readonly<Record<string, string>> };

interface Matches {
  readonly total: number;
  readonly sample: readonly string[];
}

/** What the API gets; undefined while nobody is meant. */
export function targetsBody(targets: Targets): Readonly<Record<string, unknown>> | undefined {
  if (targets.by === 'ids') return { ids: targets.ids };
  if (targets.by === 'all') return { all: true };
  return Object.keys(targets.filter).length > 0 ? targets.filter : undefined;
}

/** How many charge points these are; undefined while nobody is meant or it is not known. */
export function useMatches(targets: Targets): Matches | undefined {
  const body = targets.by === 'ids' ? undefined : targetsBody(targets);
  const found = useSuggestions<Matches>(JSON.stringify(body ?? null), () =>
    body === undefined ? undefined : `/campaigns/matches${queryOf(body as Readonly<Record<string, string>>)}`,
  );
  if (targets.by !== 'ids') return body && found;
  return { total: targets.ids.length, sample: targets.ids.slice(0, NAMED) };
}

interface TargetFieldsProps {
  readonly value: Targets;
  readonly matches: Matches | undefined;
  readonly onInput: (value: Targets) => void;
}

/** Fields for whom a campaign is for, and who that is now. Those picked by hand stay as they are. */
export function TargetFields({ value, matches, onInput }: TargetFieldsProps) {
  return (
    <fieldset class="field">
      <legend>{value.by === 'ids' ? t('Charge points that were chosen') : t('Charge points that')}</legend>
      {value.by !== 'ids' && (
        <label class="row tight">
          <input
            type="checkbox"
            checked={value.by === 'all'}
            onChange={(event) =>
              onInput(event.currentTarget.checked ? { by: 'all' } : { by: 'filter', filter: {} })
            }
          />{' '}
          {t('are all')}
        </label>
      )}
      {value.by === 'filter' && (
        <div class="filters">
          {FILTERS.map(([key, label]) => (
            <label key={key}>
              <span>{t(label)}</span>
              <input
                value={value.filter[key] ?? ''}
                onInput={(event) => {
                  const { [key]: _, ...others } = value.filter;
                  const text = event.currentTarget.value;
                  onInput({ by: 'filter', filter: text === '' ? others : { ...others, [key]: text } });
                }}
              />
            </label>
          ))}
        </div>
      )}
      <p class="small soft" role="status">
        {matches ? foundText(matches) : t('Say which charge points.')}
      </p>
    </fieldset>
  );
}

function foundText({ total, sample }: Matches): string {
  if (total === 0) return t('No charge point matches.');
  const names = sample.join(', ');
  const shown = total > sample.length ? t('{names} and others', { names }) : names;
  return `${plural(total, '{n} charge point', '{n} charge points')}: ${shown}`;
}
