/** Writes everything that is generated and committed; with --check it only says what is stale, and fails. */
import { orExplain, setUp } from './setup.mjs';

// The build needs what the first one writes; the second one needs the build.
await orExplain(() => setUp({ development: true, wanted: [] }));
await import('./generate-protocol.mjs');
await orExplain(() => setUp({ development: true }));
await import('./generate-settings.mjs');
await import('./generate-api-errors.mjs');
await import('./generate-console-types.mjs');
await import('./generate-energy-figures.mjs');
await import('./generate-decisions.mjs');
