import { size, text } from './setting.ts';

/** `reports`: files that Farad writes by itself. */
export const reportSettings = {
  folder: text(
    '',
    'Folder that scheduled reports are written to. It has to be there: Farad does not make it. Empty: reports only go to webhooks.',
    { pattern: /^$|^\//, allowed: 'empty, or a path that begins with /' },
  ),
  webhookLimit: size('16MiB', 'Longest report that is sent to a webhook; it is held in memory meanwhile.', {
    min: '64KiB',
    max: '256MiB',
  }),
} as const;
