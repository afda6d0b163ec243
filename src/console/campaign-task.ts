import type { CampaignTask } from './model.ts';
import { profileInWords } from './security.ts';
import { type Plain, t } from './words/words.ts';

/** Tasks that take a charge point several CALLs: name, words, and what to know before. */
export const SECURITY_TASKS: readonly (readonly [name: string, words: Plain, danger: Plain | undefined])[] = [
  [
    'raise-profile',
    'Raise the security profile',
    'Until it has connected on the new profile a charge point may come back on the old one, and never after.',
  ],
  ['renew-certificate', 'Renew certificates', undefined],
  [
    'rotate-password',
    'Rotate passwords',
    'Once a charge point accepts its new password, the old one is worth nothing.',
  ],
];

/** Tasks that bring local lists up to date: name, how the API calls it, words. */
export const LOCAL_LIST_TASKS = [
  ['local-list-auto', 'auto', 'Send local lists, in full where that is needed'],
  ['local-list-full', 'full', 'Send local lists in full'],
  ['local-list-differential', 'differential', 'Send what local lists lack'],
] as const satisfies readonly (readonly [name: string, mode: string, words: Plain])[];

/** A task in words. */
export function taskInWords({ action, localList, security, profile, template }: CampaignTask): string {
  if (action !== undefined) return action;
  if (template !== undefined) return t('Configuration as {template} wants it', { template });
  const [, words] = SECURITY_TASKS.find(([name]) => name === security) ?? [];
  if (words === undefined) return t('Local list, {localList}', { localList: localList ?? 'auto' });
  return profile === undefined
    ? t(words)
    : t('{words} to {profile}', { words: t(words), profile: profileInWords(profile) });
}
