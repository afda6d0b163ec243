import type { Api } from '../src/simulator/api.ts';

/** A Central System that runs already, of whatever make: all that is known is where charge points connect. */
export interface CentralSystem {
  readonly ocppUrl: string;
  /** PEM of a root that it is believed by; undefined: those that Node knows. */
  readonly ca?: string;
}

/** A gateway of Farad's, whose API may be asked. */
export interface Target extends CentralSystem {
  readonly apiUrl: string;
  readonly apiKey: string;
}

export function isFarad(server: CentralSystem | Target): server is Target {
  return 'apiUrl' in server;
}

/** The API of a gateway, for whoever asks it. */
export function apiOf({ apiUrl, apiKey, ca }: Target): Api {
  return { url: apiUrl, key: apiKey, ...(ca !== undefined && { trust: { roots: [ca] } }) };
}
