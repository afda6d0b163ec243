import type { OcppVersion } from '../protocol/version.ts';
import { rules as of16 } from './v16/rules.ts';
import type { VersionRules } from './version-rules.ts';

/** The rules of each version. */
export const RULES: Readonly<Record<OcppVersion, VersionRules>> = { '1.6': of16 };
