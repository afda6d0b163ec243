import { writeTimestamp } from '../../../protocol/timestamp.ts';
import { type Confirmation, confirmAlways } from '../../decision.ts';
import type { Handler } from '../handler.ts';

let writtenAt = Number.NaN;
let written: Confirmation | undefined;

/** Heartbeat (OCPP 1.6 ed. 2 §4.6): the time, written once per millisecond. */
export const heartbeat: Handler<'Heartbeat'> = {
  handle({ clock }) {
    const now = clock();
    if (written === undefined || now !== writtenAt) {
      written = confirmAlways({ currentTime: writeTimestamp(now) });
      writtenAt = now;
    }
    return written;
  },

  salvage: () => ({}),
};
