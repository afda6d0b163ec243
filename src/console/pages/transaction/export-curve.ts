import { saveCsv } from '../../csv.ts';
import type { Series } from './series.ts';

/** Lets the browser save the readings as CSV. */
export function exportCurve(id: number, { times, powerW, energyWh }: Series): void {
  saveCsv(
    `transaction-${id}.csv`,
    ['time', 'power_w', 'energy_wh'],
    times.map((time, index) => [
      new Date(time * 1000).toISOString(),
      powerW[index] ?? null,
      energyWh[index] ?? null,
    ]),
  );
}
