import { effect, signal } from '@preact/signals';

const KEPT = 'farad-theme';
const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';

export const theme = signal<'light' | 'dark'>(readKept() ?? system);

effect(() => {
  document.documentElement.dataset.theme = theme.value;
});

export function toggleTheme(): void {
  theme.value = theme.value === 'dark' ? 'light' : 'dark';
  localStorage.setItem(KEPT, theme.value);
}

/** A colour of the theme as it is now, for what is drawn and not styled. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function readKept(): 'light' | 'dark' | undefined {
  const kept = localStorage.getItem(KEPT);
  return kept === 'light' || kept === 'dark' ? kept : undefined;
}
