import { computed } from '@preact/signals';
import { zone } from './format.ts';
import { session } from './session.ts';
import { t } from './words/words.ts';

/** The zone of times and, where that is another, the one of days. */
export function zonesInWords(): string {
  return fleetZone.value === zone
    ? zone
    : t('{zone}, days in {fleetZone}', { zone, fleetZone: fleetZone.value });
}

/**
 * Where days, months and quarters of reports begin: the time zone of the fleet, or here where it has none.
 */
export const fleetZone = computed(() => session.value?.timezone ?? zone);
