import { useEffect, useRef } from 'preact/hooks';
import { LogIn } from './pages/log-in.tsx';
import { OwedPassword } from './pages/owed-password.tsx';
import { Page } from './pages/page.tsx';
import { Mark } from './parts/mark.tsx';
import { readTheRest } from './parts/on-demand.tsx';
import { Rail } from './parts/rail.tsx';
import { Skeleton } from './parts/states.tsx';
import { Bar } from './parts/top-bar.tsx';
import { followLinks, path } from './router.ts';
import { session } from './session.ts';
import { language } from './words/choice.ts';
import { t } from './words/words.ts';

/** Begins anew in another language. */
export function App() {
  return <View key={language.value} />;
}

function View() {
  if (session.value === undefined) return <Skeleton lines={6} what="Farad" />;
  if (session.value === null) return <LogIn />;
  if (session.value.owesPassword) return <OwedPassword />;
  return <Shell />;
}

function Shell() {
  const where = path.value;
  const before = useRef(where);
  useEffect(() => {
    // Safari has no requestIdleCallback.
    const soon = globalThis.requestIdleCallback ?? ((then: () => void) => setTimeout(then, 1000));
    soon(() => void readTheRest());
  }, []);
  useEffect(() => {
    // Another page than before: not where the console was opened, so that the first Tab leads to its
    // beginning.
    if (before.current !== where) document.getElementById('main')?.focus({ preventScroll: true });
    before.current = where;
  }, [where]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: links bubble here, with whatever they were followed
    <div class="shell" onClick={followLinks}>
      <a class="skip" href="#main">
        {t('Skip to the content')}
      </a>
      <a class="mark" href="/">
        <Mark />
        <span>Farad</span>
      </a>
      <Bar />
      <Rail />
      <main class="main" id="main" tabIndex={-1}>
        <Page />
      </main>
    </div>
  );
}
