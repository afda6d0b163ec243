import { text } from './setting.ts';

/** `reports`: files that Farad writes by itself. */
export const reportSettings = {
  folder: text(
    '',
    'Folder that scheduled reports are written to. It has to be there: Farad does not make it. Empty: there are no reports.',
    { pattern: /^$|^\//, allowed: 'empty, or a path that begins with /' },
  ),
} as const;
