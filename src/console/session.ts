import { signal } from '@preact/signals';
import { onLoggedOut, request } from './api.ts';
import { Failure } from './failure.ts';
import type { LogOut, Role, Session } from './model.ts';
import { type Plain, t } from './words/words.ts';

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

/** Whether whoever is logged in may see every charge point. */
export function seesAll(): boolean {
  return session.value?.scope === null;
}

/** The tabs of a browser have one cookie: what one does with it concerns the others. */
const channel = typeof BroadcastChannel === 'function' ? new BroadcastChannel('farad session') : undefined;
channel?.addEventListener('message', ({ data }: MessageEvent<'began' | 'ended'>) => {
  if (data === 'ended') loggedOut();
  else void (session.value ? recognise() : takeUp());
});

function loggedOut(): void {
  if (session.value) farewell.value = t('Your log-in has ended. Please log in again.');
  session.value = null;
}
onLoggedOut(() => {
  loggedOut();
  note(false);
});

/** Tells log-ins apart, also those with the same key. */
export function labelOf({ kind, id, role, scope, expiresAt }: Session): string {
  return `${kind} ${id} ${role} ${JSON.stringify(scope)} ${expiresAt}`;
}

/**
 * Says that somebody logged in here, so that a first visit need not ask (and be refused). No secret: the
 * cookie is out of reach of scripts.
 */
const HINT = 'farad-logged-in';

function note(isLoggedIn: boolean): void {
  if (isLoggedIn) localStorage.setItem(HINT, '1');
  else localStorage.removeItem(HINT);
}

/**
 * What the address brings: `#key=...` of the line that a demo prints is taken for the log-in, and what became
 * of a log-in elsewhere is told. It leaves the address bar and the history.
 */
export function takeFragment(): void {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const key = fragment.get('key');
  const refused = fragment.get('refused');
  // An OpenID provider has led back here.
  const hasCome = fragment.has('logged-in');
  if (key === null && refused === null && !hasCome) return;
  if (key !== null) offeredKey.value = key;
  if (refused !== null) farewell.value = t(REFUSALS.get(refused) ?? 'The log-in failed.');
  if (hasCome) {
    note(true);
    channel?.postMessage('began');
  }
  history.replaceState(null, '', location.pathname + location.search);
}

/** Why a log-in by the OpenID provider came to nothing, by what the API calls it. */
const REFUSALS: ReadonlyMap<string, Plain> = new Map(
  Object.entries<Plain>({
    provider_away: 'The provider cannot be reached right now. Try again later, or log in in another way.',
    provider_refused: 'The provider did not let you in.',
    log_in_expired: 'This log-in took too long, or was begun elsewhere. Please begin again.',
    bad_answer:
      'What the provider answered is not right; the log of Farad has the reason. Please begin again.',
    not_allowed: 'The provider knows you, but you may not use this Farad. Ask whoever runs it.',
    no_role: 'The provider knows you, but gives you no role here. Ask whoever runs it.',
    no_charge_points: 'The provider knows you, but gives you no charge points here. Ask whoever runs it.',
    no_name: 'The provider tells no name that can stand here. Ask whoever runs it.',
    name_taken: 'Another user has your name here. Ask an admin.',
    user_disabled: 'An admin has disabled you here.',
    too_many_users: 'There are too many users already. Ask an admin.',
  }),
);

/** Takes up an earlier log-in, else logs in by a key that came in the URL. */
export async function beginSession(): Promise<void> {
  await resume();
  if (session.value) offeredKey.value = '';
  if (offeredKey.value === '') return;
  try {
    await logIn({ key: offeredKey.value });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    farewell.value = error.message;
    session.value = null;
  }
}

/** Takes up an earlier log-in, where there may be one. */
async function resume(): Promise<void> {
  const isFirstVisit = localStorage.getItem(HINT) === null;
  if (isFirstVisit) {
    if (offeredKey.value === '') session.value = null;
    return;
  }
  await takeUp();
}

async function takeUp(): Promise<void> {
  try {
    session.value = await request<Session>('GET', '/session');
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.status === 0) farewell.value = error.message;
    if (error.status === 401) note(false);
    if (offeredKey.value === '') session.value = null;
  }
}

/**
 * Finds out whether whoever is logged in here still is: another tab may have logged out, and somebody else
 * in.
 */
export async function recognise(): Promise<void> {
  const before = session.value;
  if (!before) return;
  try {
    const found = await request<Session>('GET', '/session');
    if (session.value === before && labelOf(found) !== labelOf(before)) session.value = found;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.status !== 401) return;
    loggedOut();
    note(false);
  }
}

/** What somebody logs in with. */
export type Credentials = { readonly key: string } | { readonly name: string; readonly password: string };

/** Throws Failure. */
export async function logIn(credentials: Credentials): Promise<void> {
  begun(await request<Session>('POST', '/session', { body: credentials }));
}

/** Another password for whoever is logged in under a name; all other log-ins end. Throws Failure. */
export async function choosePassword(password: string, newPassword: string): Promise<void> {
  begun(await request<Session>('PUT', '/session/password', { body: { password, newPassword } }));
}

function begun(by: Session): void {
  offeredKey.value = '';
  farewell.value = '';
  session.value = by;
  note(true);
  channel?.postMessage('began');
}

/** Throws Failure. */
export async function logOut(): Promise<void> {
  const left = await request<LogOut | undefined>('DELETE', '/session');
  farewell.value = t('You are logged out.');
  session.value = null;
  note(false);
  channel?.postMessage('ended');
  // Else the provider would let the next one in as the same person.
  if (left) location.assign(left.next);
}
