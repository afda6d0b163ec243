import type { OcppVersion } from '../protocol/version.ts';
import type { MeterReader } from './meter-reader.ts';
import { meterReader as of16 } from './v16/decide-message.ts';

/** What reads the meter values of each version. */
export const METER_READERS: Readonly<Record<OcppVersion, MeterReader>> = { '1.6': of16 };
