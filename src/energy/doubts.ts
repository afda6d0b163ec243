/** Flags of the energy of a transaction that somebody should look at, though it is known. */
export const DOUBTS: readonly string[] = [
  'start-of-another-series',
  'meter-stop-implausible',
  'register-fell',
  'register-jumped',
  'register-wrapped',
  'start-time-implausible',
  'overlapping',
];
