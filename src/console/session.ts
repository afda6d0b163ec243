import { signal } from '@preact/signals';
import { Failure, onLoggedOut, request } from './api.ts';

export type Role = 'viewer' | 'operator' | 'admin';

export interface Session {
  readonly id: string;
  readonly role: Role;
  readonly expiresAt: string | null;
}

/** Undefined until the API has said whether somebody is logged in. */
export const session = signal<Session | null | undefined>(undefined);
/** A key that came in the URL, waiting in the log-in form. */
export const offeredKey = signal('');
/** Why nobody is logged in any more. */
export const farewell = signal('');

const RANKS: Readonly<Record<Role, number>> = { viewer: 0, operator: 1, admin: 2 };

export function may(role: Role): boolean {
  const own = session.value?.role;
  return own !== undefined && RANKS[own] >= RANKS[role];
}

onLoggedOut(() => {
  if (session.value) farewell.value = 'Your log-in has ended. Please log in again.';
  session.value = null;
});

/** `#key=...` of the line that a demo prints: fills the form, and leaves the address bar and the history. */
export function takeKeyFromFragment(): void {
  const key = new URLSearchParams(location.hash.slice(1)).get('key');
  if (key === null) return;
  offeredKey.value = key;
  history.replaceState(null, '', location.pathname + location.search);
}

export async function readSession(): Promise<void> {
  try {
    session.value = await request<Session>('GET', '/session');
  } catch (error) {
    if (error instanceof Failure && error.status === 0) farewell.value = error.message;
    session.value = null;
  }
}

/** Throws Failure. */
export async function logIn(key: string): Promise<void> {
  const begun = await request<Session>('POST', '/session', { body: { key } });
  offeredKey.value = '';
  farewell.value = '';
  session.value = begun;
}

/** Throws Failure. */
export async function logOut(): Promise<void> {
  await request('DELETE', '/session');
  farewell.value = 'You are logged out.';
  session.value = null;
}
