import * as authorization from './cases/core-authorization.ts';
import * as configuration from './cases/core-configuration.ts';
import * as outages from './cases/core-faults-and-outages.ts';
import * as remote from './cases/core-remote-control.ts';
import * as device from './cases/core-reset-and-unlock.ts';
import * as session from './cases/core-session.ts';
import * as firmware from './cases/firmware.ts';
import * as localList from './cases/local-list.ts';
import * as trigger from './cases/remote-trigger.ts';
import * as reservation from './cases/reservation.ts';
import * as certificates from './cases/security-certificates.ts';
import * as credentials from './cases/security-credentials.ts';
import * as signed from './cases/security-firmware-and-logs.ts';
import * as signing from './cases/security-signing.ts';
import * as tls from './cases/security-tls.ts';
import * as smartCharging from './cases/smart-charging.ts';
import type { ConformanceCase } from './conformance-case.ts';

/** A row of the functionality table of the certificate. */
export interface Functionality {
  readonly name: string;
  /** One line for the report. */
  readonly description: string;
  /** In the order of the test case document. */
  readonly cases: readonly ConformanceCase[];
}

/** All rows, with all their cases. */
export const FUNCTIONALITIES: readonly Functionality[] = [
  {
    name: 'Core',
    description:
      'Booting, authorization with the cache where there is one, configuration, transactions and remote control.',
    cases: [
      session.TC_001,
      session.TC_003,
      session.TC_004_1,
      session.TC_004_2,
      session.TC_005_1,
      session.TC_007,
      remote.TC_061,
      remote.TC_010,
      remote.TC_011_1,
      remote.TC_011_2,
      remote.TC_012,
      device.TC_013,
      device.TC_014,
      device.TC_017_1,
      device.TC_017_2,
      device.TC_018_1,
      configuration.TC_019_1,
      configuration.TC_019_2,
      configuration.TC_021,
      authorization.TC_023_1,
      authorization.TC_023_2,
      authorization.TC_023_3,
      outages.TC_024,
      remote.TC_026,
      remote.TC_028,
      device.TC_030,
      device.TC_031,
      outages.TC_032_1,
      outages.TC_037_1,
      outages.TC_037_3,
      outages.TC_039,
      configuration.TC_040_1,
      configuration.TC_040_2,
      authorization.TC_064,
    ],
  },
  {
    name: 'Firmware Management',
    description: 'Updating the firmware, and fetching diagnostics.',
    cases: [firmware.TC_044_1, firmware.TC_044_2, firmware.TC_044_3, firmware.TC_045_1, firmware.TC_045_2],
  },
  {
    name: 'Smart Charging',
    description: 'Setting, stacking, reading and clearing charging profiles of all purposes.',
    cases: [
      smartCharging.TC_056,
      smartCharging.TC_057,
      smartCharging.TC_059,
      smartCharging.TC_066,
      smartCharging.TC_067,
    ],
  },
  {
    name: 'Reservation',
    description: 'Reserving a connector or the whole charge point, for a tag or its group.',
    cases: [
      reservation.TC_046,
      reservation.TC_047,
      reservation.TC_048_1,
      reservation.TC_048_2,
      reservation.TC_048_3,
      reservation.TC_048_4,
      reservation.TC_049,
      reservation.TC_051,
      reservation.TC_052,
      reservation.TC_053,
    ],
  },
  {
    name: 'Local Authorization List Management',
    description: 'Managing the list of known tags inside the charge point.',
    cases: [
      localList.TC_042_1,
      localList.TC_042_2,
      localList.TC_043_1,
      localList.TC_043_3,
      localList.TC_043_4,
      localList.TC_043_5,
    ],
  },
  {
    name: 'Remote Trigger',
    description: 'Asking the charge point for messages that it otherwise starts itself.',
    cases: [trigger.TC_054, trigger.TC_055],
  },
  {
    name: 'Security',
    description: 'Passwords, TLS and security profiles, certificates, signed firmware and the security log.',
    cases: [
      credentials.TC_073,
      signing.TC_074,
      certificates.TC_075_1,
      certificates.TC_075_2,
      certificates.TC_076,
      signing.TC_077,
      certificates.TC_078,
      signed.TC_079,
      signed.TC_080,
      signed.TC_081,
      tls.TC_083,
      credentials.TC_085,
      tls.TC_086,
      tls.TC_087,
      credentials.TC_088,
    ],
  },
];

/** Every case, in the order of the rows. */
export const CASES: readonly ConformanceCase[] = FUNCTIONALITIES.flatMap(({ cases }) => cases);
