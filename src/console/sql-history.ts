/** Statements of this browser that are kept. */
const MOST = 50;
const KEPT = 'farad-sql-history';

/** Where a browser keeps texts, as `localStorage`. */
export interface Keeper {
  getItem(name: string): string | null;
  setItem(name: string, value: string): void;
}

/** A statement that was asked here. */
export interface Asked {
  readonly sql: string;
  /** Epoch ms. */
  readonly at: number;
}

/** What was asked in this browser by who is logged in, the latest first. */
export function askedBefore(who: string, storage: Keeper): readonly Asked[] {
  try {
    const all: unknown = JSON.parse(storage.getItem(KEPT) ?? '{}');
    const own = (all as Record<string, unknown> | null)?.[who];
    return Array.isArray(own) ? own.filter(isAsked) : [];
  } catch {
    return []; // Written by hand, or by another version: begun anew.
  }
}

/** Keeps a statement in front of the others, once. */
export function keepAsked(who: string, asked: Asked, storage: Keeper): readonly Asked[] {
  const others = askedBefore(who, storage).filter(({ sql }) => sql !== asked.sql);
  const kept = [asked, ...others].slice(0, MOST);
  write(who, kept, storage);
  return kept;
}

/** Forgets all of them. */
export function forgetAsked(who: string, storage: Keeper): void {
  write(who, [], storage);
}

/** One person at a time: whoever logs in next at this browser does not see what others have asked. */
function write(who: string, kept: readonly Asked[], storage: Keeper): void {
  try {
    storage.setItem(KEPT, JSON.stringify({ [who]: kept }));
  } catch {
    // A browser that keeps nothing, or is full: the page works without a history.
  }
}

function isAsked(value: unknown): value is Asked {
  const { sql, at } = (value ?? {}) as Partial<Asked>;
  return typeof sql === 'string' && typeof at === 'number';
}
