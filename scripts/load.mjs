import { runCompiled } from './run-compiled.mjs';

await runCompiled('load/main.js');
