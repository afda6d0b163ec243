import { type Plain, t } from './words/words.ts';

const WORDS: Readonly<Record<string, Plain>> = {
  preparing: 'preparing',
  scheduled: 'scheduled',
  running: 'running',
  paused: 'paused',
  finished: 'finished',
  aborted: 'aborted',
  pending: 'pending',
  asking: 'asking',
  succeeded: 'succeeded',
  failed: 'failed',
  unknown: 'unknown',
  sent: 'sent',
  waiting: 'waiting',
  refused: 'refused',
  nothing_to_upload: 'nothing to upload',
  not_sent: 'not sent',
  superseded: 'superseded',
  silent: 'silent',
};

/** How far a campaign, its charge point or a job has come, in words. */
export function progressWord(state: string): string {
  const word = WORDS[state];
  return word === undefined ? state : t(word);
}
