/** What a charge point is made of: it decides what its BootNotification says and how fast it charges. */
export interface Hardware {
  readonly vendor: string;
  readonly model: string;
  readonly firmwareVersion: string;
  readonly current: 'AC' | 'DC';
  /** Phases per connector, AC only. */
  readonly phases: 1 | 3;
  /** W per connector. */
  readonly maxPowerW: number;
  readonly connectors: number;
  /** A cable that stays with the charge point: there is nothing to unlock. */
  readonly fixedCable: boolean;
}

/** Invented makes, shaped after what is common in the field. */
export const HARDWARE: readonly Hardware[] = [
  make('Voltwerk', 'Wallbox 11', '2.4.1', 'AC', 3, 11_000, 1, true),
  make('Voltwerk', 'Duo 22', '2.4.1', 'AC', 3, 22_000, 2, false),
  make('Ampera Norge', 'Gate 7', '1.18.0', 'AC', 1, 7_400, 1, true),
  make('Ampera Norge', 'Gate 22', '1.18.0', 'AC', 3, 22_000, 1, false),
  make('Hyperlane', 'HL-150', 'R7.02', 'DC', 3, 150_000, 2, true),
  make('Hyperlane', 'HL-350', 'R7.05', 'DC', 3, 350_000, 2, true),
  make('Kestrel Energy', 'DC Compact 50', '0.9.33', 'DC', 3, 50_000, 1, true),
];

/** The same plain charge point everywhere, for load. */
export const PLAIN_HARDWARE: Hardware = make('Farad', 'Load', '1.0.0', 'AC', 3, 22_000, 1, false);

/**
 * The serial number of a charge point: what its BootNotification reports, and CN of its certificate
 * (security whitepaper ed. 3 A00.FR.511).
 */
export function serialNumberOf(index: number): string {
  return `SN${String(index).padStart(SERIAL_DIGITS, '0')}`;
}

const SERIAL_DIGITS = 8;

function make(
  vendor: string,
  model: string,
  firmwareVersion: string,
  current: 'AC' | 'DC',
  phases: 1 | 3,
  maxPowerW: number,
  connectors: number,
  fixedCable: boolean,
): Hardware {
  return { vendor, model, firmwareVersion, current, phases, maxPowerW, connectors, fixedCable };
}
