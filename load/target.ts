import type { Api } from '../src/simulator/api.ts';

/** A gateway that runs already. */
export interface Target {
  readonly ocppUrl: string;
  readonly apiUrl: string;
  readonly apiKey: string;
  /** PEM of a root that its API is believed by; undefined: those that Node knows. */
  readonly ca?: string;
}

/** The API of a gateway, for whoever asks it. */
export function apiOf({ apiUrl, apiKey, ca }: Target): Api {
  return { url: apiUrl, key: apiKey, ...(ca !== undefined && { trust: { roots: [ca] } }) };
}
