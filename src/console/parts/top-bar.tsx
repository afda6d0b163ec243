import { now } from '../clock.ts';
import { duration } from '../format.ts';
import { feed } from '../live/live.ts';
import { unsent } from '../sending.ts';
import { logOut } from '../session.ts';
import { theme, toggleTheme } from '../theme.ts';
import { t } from '../words/words.ts';
import { AlarmLight } from './alarm-light.tsx';
import { LanguageChoice } from './language-choice.tsx';
import { SearchBox } from './search-box.tsx';
import { Who } from './who.tsx';

export function Bar() {
  return (
    <header class="bar">
      <SearchBox />
      <div class="who">
        <Unsent />
        <LiveLight />
        <AlarmLight />
        <button
          type="button"
          class="plain"
          onClick={toggleTheme}
          aria-label={theme.value === 'dark' ? t('Use the light theme') : t('Use the dark theme')}
        >
          {theme.value === 'dark' ? '☀' : '☾'}
        </button>
        <LanguageChoice />
        <Who />
        <button type="button" onClick={() => void logOut()}>
          {t('Log out')}
        </button>
      </div>
    </header>
  );
}

/** A moment is nothing to speak of, ms. */
const NOTICED_MS = 1000;

/** Says what somebody wanted and has not left the browser, whichever form it came from; silent otherwise. */
function Unsent() {
  const waited = now.value - Math.min(...unsent.value);
  return (
    <span role="status" class="small">
      {waited > NOTICED_MS && (
        <span class="tone-attention">
          {t('Not sent yet: waiting for a connection, {waited}', { waited: duration(waited) })}
        </span>
      )}
    </span>
  );
}

/** Says when what is on the screen has stopped to follow; silent otherwise. */
function LiveLight() {
  const { state, since } = feed.value;
  return (
    <span role="status" class="small">
      {state === 'down' && (
        <span class="tone-attention">
          {t('Live feed down for {time}, trying again', { time: duration(now.value - since) })}
        </span>
      )}
      {state === 'live' && (
        <span>
          ● <span class="live-word">{t('Live')}</span>
        </span>
      )}
    </span>
  );
}
