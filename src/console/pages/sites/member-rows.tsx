import { ChargePointInput } from '../../parts/charge-point-field.tsx';
import { Choice, NumberInput } from '../../parts/choice.tsx';
import { t } from '../../words/words.ts';
import type { SiteDocument, SiteMember } from './site-document.ts';

interface MemberRowsProps {
  readonly site: SiteDocument;
  readonly onChange: (site: SiteDocument) => void;
}

/** More than these are too many for a form. */
const MOST = 200;
const WIRINGS = ['L1 L2 L3', 'L2 L3 L1', 'L3 L1 L2', 'L1', 'L2', 'L3'];

/** The connectors of a site: where each is, what it is wired to and the most that it can take. */
export function MemberRows({ site, onChange }: MemberRowsProps) {
  const { groups, members } = site;
  const set = (changed: readonly SiteMember[]) => onChange({ ...site, members: changed });
  const last = members.at(-1);
  const add = () =>
    set([
      ...members,
      {
        chargePointId: '',
        connectorId: 1,
        group: last?.group ?? groups.at(-1)?.id ?? '',
        phases: last?.phases ?? ['L1', 'L2', 'L3'],
        rating: last?.rating ?? 32,
      },
    ]);
  if (members.length > MOST)
    return (
      <p class="note">
        {t('{members} connectors are too many for a form: change them as JSON.', { members: members.length })}
      </p>
    );
  return (
    <fieldset class="field rows">
      <legend>{t('Connectors')}</legend>
      {members.length === 0 && <p class="soft">{t('None yet.')}</p>}
      {members.map((member, place) => (
        <MemberRow
          key={place}
          member={member}
          place={place}
          groups={groups.map(({ id }) => id)}
          onChange={(part) =>
            set(members.map((other, index) => (index === place ? { ...other, ...part } : other)))
          }
          onRemove={() => set(members.filter((_, index) => index !== place))}
        />
      ))}
      <button type="button" class="link" onClick={add}>
        {t('Add a connector')}
      </button>
    </fieldset>
  );
}

interface MemberRowProps {
  readonly member: SiteMember;
  /** From 0. */
  readonly place: number;
  readonly groups: readonly string[];
  readonly onChange: (part: Partial<SiteMember>) => void;
  readonly onRemove: () => void;
}

function MemberRow({ member, place, groups, onChange, onRemove }: MemberRowProps) {
  const name = member.chargePointId || t('connector {connectorId}', { connectorId: place + 1 });
  const wiring = member.phases.join(' ');
  return (
    <div class="row tight member-row">
      <ChargePointInput
        id={`member-${place}`}
        label={t('Charge point')}
        required
        value={member.chargePointId}
        onInput={(chargePointId) => onChange({ chargePointId })}
      />
      <span class="row tight phase-field">
        <span class="small soft">{t('connector')}</span>
        <NumberInput
          label={t('Connector of {name}', { name })}
          value={member.connectorId}
          min={1}
          step={1}
          onChange={(connectorId) => onChange({ connectorId: connectorId ?? 1 })}
        />
      </span>
      <span class="row tight">
        <span class="small soft">{t('in')}</span>
        <Choice
          label={t('Group of {name}', { name })}
          value={member.group}
          options={groups}
          onChange={(group) => onChange({ group })}
        />
      </span>
      <Choice
        label={t('Phases of {name}', { name })}
        value={wiring}
        options={WIRINGS.includes(wiring) ? WIRINGS : [wiring, ...WIRINGS]}
        onChange={(phases) => onChange({ phases: phases.split(' ') })}
      />
      <span class="row tight phase-field">
        <span class="small soft">{t('at most')}</span>
        <NumberInput
          label={t('Rating of {name}, A', { name })}
          value={member.rating}
          onChange={(rating) => onChange({ rating: rating ?? 0 })}
        />
        <span class="small soft">A</span>
      </span>
      <button type="button" class="link" aria-label={t('Remove {name}', { name })} onClick={onRemove}>
        {t('remove')}
      </button>
    </div>
  );
}
