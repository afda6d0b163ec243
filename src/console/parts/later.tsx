import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Failure } from '../failure.ts';
import { t } from '../words/words.ts';
import { Refused, Skeleton } from './states.tsx';

interface LaterProps<Module> {
  /** Imports it; the same function each time. */
  readonly load: () => Promise<Module>;
  readonly what: string;
  /** Height of the skeleton. */
  readonly lines: number;
  readonly children: (module: Module) => ComponentChildren;
}

/** A part of the console that is loaded once somebody looks at it. */
export function Later<Module>({ load, what, lines, children }: LaterProps<Module>) {
  const [module, setModule] = useState<{ readonly loaded: Module } | undefined>();
  const [isRefused, setRefused] = useState(false);
  useEffect(() => {
    load().then(
      (loaded) => setModule({ loaded }),
      () => setRefused(true),
    );
  }, [load]);
  if (module) return <>{children(module.loaded)}</>;
  if (!isRefused) return <Skeleton lines={lines} what={what} />;
  const failure = new Failure(0, 'unreachable', t('This part of the page could not be loaded.'));
  return <Refused failure={failure} retry={() => location.reload()} />;
}
