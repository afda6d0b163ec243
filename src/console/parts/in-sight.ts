import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/**
 * Brings what somebody has chosen into sight when it comes, where it begins below the middle of the window:
 * on a phone it would stand unseen below all else.
 */
export function useInSight<Shown extends Element>(): RefObject<Shown | null> {
  const shown = useRef<Shown>(null);
  useEffect(() => {
    const top = shown.current?.getBoundingClientRect().top ?? 0;
    if (top > innerHeight / 2) shown.current?.scrollIntoView({ block: 'start' });
  }, []);
  return shown;
}
