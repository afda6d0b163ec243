import { render } from 'preact';
import { App } from './app.tsx';
import { beginSession, takeFragment } from './session.ts';
import './style/tokens.css';
import './style/base.css';
import './style/shell.css';
import './style/parts.css';
import './style/pages.css';

const root = document.getElementById('console');
if (!root) throw new Error('the page has no place for the console');
takeFragment();
// The link may be opened where the console already is.
addEventListener('hashchange', () => {
  takeFragment();
  void beginSession();
});
void beginSession();
render(<App />, root);
