import type { ComponentChildren } from 'preact';
import { type Plain, t } from '../words/words.ts';

type Tone = 'available' | 'charging' | 'attention' | 'fault' | 'none';

const TONES: Readonly<Record<string, Tone>> = {
  Available: 'available',
  Accepted: 'available',
  connected: 'available',
  Charging: 'charging',
  open: 'charging',
  Preparing: 'attention',
  SuspendedEV: 'attention',
  SuspendedEVSE: 'attention',
  Finishing: 'attention',
  Reserved: 'attention',
  Pending: 'attention',
  superseded: 'attention',
  closed: 'attention',
  Unavailable: 'none',
  Faulted: 'fault',
  Rejected: 'fault',
  Blocked: 'fault',
  Invalid: 'fault',
  unmatched: 'fault',
};

const SHAPES: Readonly<Record<Tone, string>> = {
  available: 'M6 1a5 5 0 1 0 0 10A5 5 0 0 0 6 1Z',
  charging: 'M7 0 2 7h3l-1 5 6-7.5H6.5Z',
  attention: 'M6 1 11 11H1Z',
  fault: 'M2 2l8 8M10 2l-8 8',
  none: 'M2 6h8',
};

/** Words for states that are Farad's own; those of OCPP stay as the standard writes them. */
const OWN_WORDS: Readonly<Record<string, Plain>> = {
  connected: 'connected',
  offline: 'offline',
  open: 'open',
  superseded: 'superseded',
  closed: 'closed',
  stopped: 'stopped',
  unmatched: 'unmatched',
  'not booted': 'not booted',
  active: 'active',
  doubtful: 'doubtful',
  refused: 'refused',
  ended: 'ended',
};

/** A status in words. */
export function statusWord(status: string): string {
  const own = OWN_WORDS[status];
  return own === undefined ? status : t(own);
}

export function toneOf(status: string): Tone {
  return TONES[status] ?? 'none';
}

/** A status as shape, colour and word, so that no one of them is needed alone. */
export function Status({
  status,
  word = statusWord(status),
}: {
  readonly status: string;
  readonly word?: ComponentChildren;
}) {
  const tone = toneOf(status);
  const drawn = tone === 'fault' || tone === 'none';
  return (
    <span class={`status tone-${tone}`}>
      <svg viewBox="0 0 12 12" aria-hidden="true">
        <path
          d={SHAPES[tone]}
          fill={drawn ? 'none' : 'currentColor'}
          stroke={drawn ? 'currentColor' : 'none'}
          stroke-width="2"
          stroke-linecap="round"
        />
      </svg>
      {word}
    </span>
  );
}
