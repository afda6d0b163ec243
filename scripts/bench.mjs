import { runCompiled } from './run-compiled.mjs';

await runCompiled('bench/main.js');
