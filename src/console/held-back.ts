import { useRef, useState } from 'preact/hooks';
import { inPlace } from './in-place.ts';

/** A list that somebody reads: what is shown, and how much that would move it waits. */
export interface HeldBack<Item> {
  readonly shown: readonly Item[];
  readonly waiting: number;
  /** Shows all that waits. */
  show(): void;
}

interface Held<Item> {
  readonly of: string | undefined;
  readonly items: readonly Item[];
  readonly shown: readonly Item[];
  readonly waiting: number;
}

/**
 * Keeps the rows of a list where they are while it is loaded anew: those that are known are brought up to
 * date, new ones wait until `show`. `of`: what the items answer; those of another question are shown at once,
 * as are the first ones of a list that was empty.
 */
export function useHeldBack<Item>(
  items: readonly Item[],
  of: string | undefined,
  idOf: (item: Item) => unknown,
): HeldBack<Item> {
  const held = useRef<Held<Item> | undefined>(undefined);
  const [, again] = useState(0);
  const before = held.current;
  if (!before || before.of !== of || before.shown.length === 0)
    held.current = { of, items, shown: items, waiting: 0 };
  else if (before.items !== items) held.current = { of, items, ...inPlace(before.shown, items, idOf) };
  const { shown, waiting } = held.current ?? { shown: items, waiting: 0 };
  return {
    shown,
    waiting,
    show() {
      held.current = { of, items, shown: items, waiting: 0 };
      again((count) => count + 1);
    },
  };
}
