import { place } from '../router.ts';
import { sections } from '../sections.ts';

/** The places of the console, eight words at most. */
export function Rail() {
  const [current = ''] = place.value.parts;
  return (
    <nav class="rail" aria-label="Sections">
      <ul>
        {sections.map(({ name, root }) => (
          <li key={root}>
            <a href={`/${root}`} aria-current={current === root ? 'page' : undefined}>
              {name}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
