import type { ComponentChildren } from 'preact';
import type { Quantity } from '../../format.ts';
import type { History, LineName, Overview } from '../../model.ts';
import { Sparkline } from '../../parts/sparkline.tsx';
import { t } from '../../words/words.ts';
import { POINTS } from './growing-history.ts';

/** What each part of the overview is made from. */
export interface PartProps {
  readonly now: Overview;
  readonly history: History | undefined;
}

interface BigProps {
  readonly href: string;
  readonly name: string;
  readonly value: Quantity;
  readonly tone?: string;
  readonly line: LineName;
  readonly history: History | undefined;
  readonly note?: string;
  readonly children?: ComponentChildren;
}

/** A number to be read from two metres away, with its last hour, leading to what explains it. */
export function Big({ href, name, value, tone = 'none', line, history, note, children }: BigProps) {
  const values = history?.lines[line] ?? [];
  return (
    <a class="big" href={href}>
      <span class="name">{name}</span>
      <span class={`value ${tone === 'none' ? '' : `tone-${tone}`}`}>
        <b>{value.number}</b> <span class="unit">{value.unit}</span>
      </span>
      {children ?? (
        <span class={tone === 'none' ? 'soft' : `tone-${tone}`}>
          <Sparkline values={padded(values)} label={t('{name} in the last hour', { name })} />
        </span>
      )}
      <span class="small soft note-line">{note ?? t('last hour')}</span>
    </a>
  );
}

/** The line ends at the right, so that an hour is always as wide. */
function padded(values: readonly (number | null)[]): (number | null)[] {
  return [...new Array<null>(Math.max(0, POINTS - values.length)).fill(null), ...values];
}
