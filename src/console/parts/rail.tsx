import { useEffect, useRef } from 'preact/hooks';
import { place } from '../router.ts';
import { type Section, sections } from '../sections.ts';
import { seesAll } from '../session.ts';
import { t } from '../words/words.ts';

/** The places of the console, eight words at most. */
export function Rail() {
  const [current = ''] = place.value.parts;
  const rail = useRef<HTMLElement>(null);
  useEffect(() => {
    // On a phone the rail is wider than the screen.
    const here = rail.current?.querySelector('[aria-current]');
    if (rail.current && here instanceof HTMLElement)
      rail.current.scrollLeft = here.offsetLeft - (rail.current.clientWidth - here.clientWidth) / 2;
  }, [current]);
  return (
    <nav ref={rail} class="rail" aria-label={t('Sections')}>
      <ul>
        {sections.filter(isShown).map(({ name, root, also = [] }) => (
          <li key={root}>
            <a
              href={`/${root}`}
              aria-current={current === root || also.includes(current) ? 'page' : undefined}
            >
              {t(name)}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function isShown({ isShared }: Section): boolean {
  return !isShared || seesAll();
}
