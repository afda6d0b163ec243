import { runCompiled } from './run-compiled.mjs';

await runCompiled('load/cluster/main.js');
