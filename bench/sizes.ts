/**
 * Sizes of benches that take a whole fleet, so that a small machine can run them, too:
 * FARAD_BENCH_CHARGE_POINTS, FARAD_BENCH_METER_INTERVAL (ms), FARAD_BENCH_SECONDS.
 */
export const sizes = {
  chargePoints: (fallback: number): number => positive('FARAD_BENCH_CHARGE_POINTS', fallback),
  meterIntervalMs: (fallback: number): number => positive('FARAD_BENCH_METER_INTERVAL', fallback),
  seconds: (fallback: number): number => positive('FARAD_BENCH_SECONDS', fallback),
};

/** @throws Error naming a variable that holds no positive whole number. */
function positive(name: string, fallback: number): number {
  const text = process.env[name];
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!(Number.isInteger(value) && value > 0))
    throw new Error(`${name} must be a positive whole number, not ${text}`);
  return value;
}
