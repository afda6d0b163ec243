import { runCompiled } from './run-compiled.mjs';

await runCompiled('bench/seed/main.js');
