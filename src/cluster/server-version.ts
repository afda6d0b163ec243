/** The oldest NATS server that is taken: older ones acknowledge what they never stored. */
export const OLDEST_SERVER = '2.12.0';

/** Whether a NATS server of this version is taken; a preview of a version counts as that version. */
export function isTaken(version: string): boolean {
  const [major = 0, minor = 0] = numbersOf(version);
  const [oldestMajor = 0, oldestMinor = 0] = numbersOf(OLDEST_SERVER);
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}

/** Empty where it is no version. */
function numbersOf(version: string): number[] {
  return (/^v?(\d+)\.(\d+)/.exec(version)?.slice(1) ?? []).map(Number);
}
