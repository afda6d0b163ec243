#!/usr/bin/env node
import { existsSync } from 'node:fs';

// In a checkout the sources are the truth: bring the build up to date first. A package ships dist/ and no
// scripts.
const setup = new URL('../scripts/setup.mjs', import.meta.url);
if (existsSync(setup)) {
  const { orExplain, setUp } = await import(setup.href);
  await orExplain(() => setUp());
}
await import('../dist/main.js');
