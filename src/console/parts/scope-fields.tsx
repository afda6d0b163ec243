import { useState } from 'preact/hooks';
import type { Scope } from '../model.ts';
import { plural, t } from '../words/words.ts';
import { Field } from './fields.tsx';

interface ScopeFieldsProps {
  /** Null: every charge point. */
  readonly scope: Scope | null;
  readonly onChange: (scope: Scope | null) => void;
}

/** Which charge points somebody may see and command. */
export function ScopeFields({ scope, onChange }: ScopeFieldsProps) {
  const [isPart, setIsPart] = useState(scope !== null);
  const [groups, setGroups] = useState(scope?.groups.join('\n') ?? '');
  const [sites, setSites] = useState(scope?.sites.join('\n') ?? '');
  const tell = (part: boolean, ofGroups: string, ofSites: string) =>
    onChange(part ? { groups: linesOf(ofGroups), sites: linesOf(ofSites) } : null);
  return (
    <>
      <label class="row tight">
        <input
          type="checkbox"
          checked={isPart}
          onChange={(event) => {
            setIsPart(event.currentTarget.checked);
            tell(event.currentTarget.checked, groups, sites);
          }}
        />
        <span>
          {t('Only some charge points')}{' '}
          <span class="soft">{t('of groups and sites; nothing else is seen')}</span>
        </span>
      </label>
      {isPart && (
        <>
          <Names
            id="scope-groups"
            label={t('Groups')}
            required={sites.trim() === ''}
            value={groups}
            onInput={(text) => {
              setGroups(text);
              tell(isPart, text, sites);
            }}
          />
          <Names
            id="scope-sites"
            label={t('Sites')}
            value={sites}
            onInput={(text) => {
              setSites(text);
              tell(isPart, groups, text);
            }}
          />
        </>
      )}
    </>
  );
}

interface NamesProps {
  readonly id: string;
  readonly label: string;
  readonly required?: boolean;
  readonly value: string;
  readonly onInput: (text: string) => void;
}

function Names({ id, label, required = false, value, onInput }: NamesProps) {
  return (
    <Field id={id} label={label} hint={t('One name per line.')}>
      <textarea
        id={id}
        rows={2}
        required={required}
        spellcheck={false}
        aria-describedby={`${id}-hint`}
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </Field>
  );
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** The charge points of a scope, in words. */
export function scopeText(scope: Scope | null): string {
  if (scope === null) return t('all charge points');
  const { groups, sites } = scope;
  const parts = [
    ...(groups.length > 0
      ? [plural(groups.length, 'group {names}', 'groups {names}', { names: groups.join(', ') })]
      : []),
    ...(sites.length > 0
      ? [plural(sites.length, 'site {names}', 'sites {names}', { names: sites.join(', ') })]
      : []),
  ];
  return parts.join('; ') || t('no charge points');
}
