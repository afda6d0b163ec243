import { Choice, NumberInput } from '../../parts/choice.tsx';
import { t } from '../../words/words.ts';
import {
  type PerPhase,
  possibleParents,
  removeGroup,
  renameGroup,
  type SiteDocument,
  type SiteGroup,
  type SiteLimit,
  treeOf,
} from './site-document.ts';

interface RowsProps {
  readonly site: SiteDocument;
  readonly onChange: (site: SiteDocument) => void;
}

const PHASES = ['L1', 'L2', 'L3'];

/** The groups of a site as a tree, each with its limit per phase. */
export function GroupRows({ site, onChange }: RowsProps) {
  const { groups } = site;
  const root = groups.find(({ parent }) => parent === null)?.id ?? null;
  const add = () => {
    let number = groups.length;
    while (groups.some(({ id }) => id === `group ${number}`)) number++;
    onChange({ ...site, groups: [...groups, { id: `group ${number}`, parent: root, limit: null }] });
  };
  const change = (group: SiteGroup, changed: SiteGroup) =>
    onChange({ ...site, groups: groups.map((one) => (one === group ? changed : one)) });
  return (
    <fieldset class="field rows">
      <legend>{t('Groups and their limits per phase')}</legend>
      {treeOf(groups).map(({ group, depth }) => (
        // By its place, for its name changes while it is typed.
        <div
          class="row tight group-row"
          key={groups.indexOf(group)}
          style={{ paddingLeft: `${depth * 16}px` }}
        >
          <input
            class="name"
            aria-label={t('Name of the group')}
            required
            maxLength={200}
            value={group.id}
            onInput={(event) => onChange(renameGroup(site, group.id, event.currentTarget.value))}
          />
          {group.parent !== null && (
            <span class="row tight">
              <span class="small soft">{t('in')}</span>
              <Choice
                label={t('Group above {id}', { id: group.id })}
                value={group.parent}
                options={possibleParents(groups, group)}
                onChange={(parent) => change(group, { ...group, parent })}
              />
            </span>
          )}
          <LimitFields
            name={group.id}
            limit={group.limit}
            onChange={(limit) => change(group, { ...group, limit })}
          />
          {group.parent !== null && (
            <button
              type="button"
              class="link"
              aria-label={t('Remove group {id}', { id: group.id })}
              onClick={() => onChange(removeGroup(site, group))}
            >
              {t('remove')}
            </button>
          )}
        </div>
      ))}
      <button type="button" class="link" onClick={add}>
        {t('Add a group')}
      </button>
    </fieldset>
  );
}

interface LimitFieldsProps {
  readonly name: string;
  readonly limit: SiteLimit | null;
  readonly onChange: (limit: SiteLimit | null) => void;
}

function LimitFields({ name, limit, onChange }: LimitFieldsProps) {
  if (limit && 'periods' in limit) {
    return (
      <span class="small soft">
        {t('by a schedule of {periods} periods in {unit}: change it as JSON', {
          periods: limit.periods.length,
          unit: limit.unit,
        })}
      </span>
    );
  }
  const phases = eachPhase(limit?.perPhase ?? 0);
  return (
    <>
      <Choice
        label={t('Unit of the limit of {name}', { name })}
        value={limit?.unit ?? ''}
        options={[
          ['', t('no limit')],
          ['A', t('A each')],
          ['W', t('W each')],
        ]}
        onChange={(unit) =>
          onChange(
            unit === '' ? null : { unit: unit as 'A' | 'W', perPhase: converted(phases, limit?.unit, unit) },
          )
        }
      />
      {limit &&
        PHASES.map((phase, index) => (
          <span class="row tight phase-field" key={phase}>
            <span class="small soft">{phase}</span>
            <NumberInput
              label={t('{phase} of {name}, {unit}', { phase, name, unit: limit.unit })}
              value={phases[index] ?? 0}
              onChange={(value) => onChange({ ...limit, perPhase: withPhase(phases, index, value ?? 0) })}
            />
          </span>
        ))}
    </>
  );
}

function eachPhase(perPhase: number | PerPhase): PerPhase {
  return typeof perPhase === 'number' ? [perPhase, perPhase, perPhase] : perPhase;
}

function withPhase(phases: PerPhase, index: number, value: number): PerPhase {
  return phases.map((one, place) => (place === index ? value : one)) as unknown as PerPhase;
}

/** A limit that is new, or in another unit, is as high as that of a usual connection. */
function converted(phases: PerPhase, from: string | undefined, to: string): PerPhase {
  if (from === to) return phases;
  const usual = to === 'A' ? 32 : 7360;
  if (from === undefined) return [usual, usual, usual];
  const factor = to === 'W' ? 230 : 1 / 230;
  return phases.map((one) => Math.round(one * factor)) as unknown as PerPhase;
}
