import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { t } from '../words/words.ts';
import { Empty, Skeleton } from './states.tsx';

/** Pages that are not there yet. */
const waiting = new Set<() => Promise<unknown>>();

/** Returns a page whose script is read once it is shown, or once the browser has nothing else to do. */
export function onDemand<Props extends object>(read: () => Promise<ComponentType<Props>>) {
  let page: ComponentType<Props> | undefined;
  const load = async (): Promise<void> => {
    page = await read();
    waiting.delete(load);
  };
  waiting.add(load);
  return function OnDemand(props: Props) {
    const [state, setState] = useState<'reading' | 'read' | 'missing'>('reading');
    useEffect(() => {
      let gone = false;
      const become = (next: 'read' | 'missing') => () => {
        if (!gone) setState(next);
      };
      // It may have come since this was drawn.
      if (page === undefined) load().then(become('read'), become('missing'));
      else become('read')();
      return () => {
        gone = true;
      };
    }, []);
    const Page = page;
    if (Page !== undefined) return <Page {...props} />;
    return state === 'missing' ? <Missing /> : <Skeleton lines={8} what={t('the page')} />;
  };
}

/** Reads the pages that are not there yet. One that cannot be had is tried again when it is shown. */
export async function readTheRest(): Promise<void> {
  await Promise.allSettled(Array.from(waiting, (load) => load()));
}

function Missing() {
  return (
    <Empty title={t('This page could not be read')}>
      <p>{t('Perhaps Farad was out of reach, or has been updated since you opened the console.')}</p>
      <button type="button" onClick={() => location.reload()}>
        {t('Reload')}
      </button>
    </Empty>
  );
}
