import { energyOfRegisters, type TransactionRegisters } from './transaction-energy.ts';

/** What somebody says about the energy of a transaction, Wh; null where what was reported stands. */
export interface SaidEnergy {
  readonly energyWh: number | null;
  readonly meterStart: number | null;
  readonly meterStop: number | null;
}

/** The energy that a correction stands for, Wh; null where it leaves it open. */
export function correctedEnergy(
  transaction: TransactionRegisters,
  { energyWh, meterStart, meterStop }: SaidEnergy,
): number | null {
  if (energyWh !== null) return energyWh;
  // What was said about the registers that the charge point reported does not hold for those in their place.
  const replaced = (name: string, given: number | null) => given !== null && [`${name}-`];
  const gone = [replaced('meter-start', meterStart), replaced('meter-stop', meterStop)].flatMap(
    (prefixes) => prefixes || [],
  );
  const flags = transaction.flags.filter((flag) => !gone.some((prefix) => flag.startsWith(prefix)));
  return energyOfRegisters({
    ...transaction,
    flags,
    meterStart: meterStart ?? transaction.meterStart,
    meterStop: meterStop ?? transaction.meterStop,
  }).energyWh;
}
