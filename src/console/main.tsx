import { render } from 'preact';
import { App } from './app.tsx';
import { beginSession, takeFragment } from './session.ts';
import { speakAsPreferred } from './words/choice.ts';
import './style/tokens.css';
import './style/base.css';
import './style/shell.css';
import './style/parts.css';
import './style/pages.css';

const root = document.getElementById('console');
if (!root) throw new Error('the page has no place for the console');
// The link may be opened where the console already is.
addEventListener('hashchange', () => {
  takeFragment();
  void beginSession();
});
// Nothing is shown in one language and then in another.
void speakAsPreferred().then(() => {
  takeFragment();
  void beginSession();
  render(<App />, root);
});
