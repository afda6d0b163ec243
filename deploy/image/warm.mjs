/**
 * Runs the gateway once while the image is built, so that what Node compiles of it lies in the image
 * (NODE_COMPILE_CACHE): a start then takes a fifth less processor time. As the user of the image, since Node
 * keeps such files apart by user.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const USER = 10001;
const WITHIN_MS = 60_000;

const [cache, chdb] = process.argv.slice(2);
const dataDir = mkdtempSync(join(tmpdir(), 'farad-warm-'));
mkdirSync(cache, { recursive: true });
for (const folder of [cache, dataDir]) chownSync(folder, USER, USER);
const gateway = spawn(process.execPath, ['bin/farad.mjs', 'serve'], {
  uid: USER,
  gid: USER,
  stdio: ['ignore', 'pipe', 'inherit'],
  env: {
    NODE_COMPILE_CACHE: cache,
    NODE_ENV: 'production',
    FARAD_DATA_DIR: dataDir,
    FARAD_OCPP_PORT: '0',
    FARAD_API_PORT: '0',
    // Nobody listens there: analytics waits for it, and everything is loaded all the same.
    ...(chdb === 'no' && { FARAD_CLICKHOUSE_URL: 'http://127.0.0.1:9' }),
  },
});
const late = setTimeout(() => gateway.kill('SIGKILL'), WITHIN_MS);
let said = '';
for await (const text of gateway.stdout.setEncoding('utf8')) {
  said += text;
  if (said.includes('serves')) break;
}
const exited = once(gateway, 'exit');
gateway.kill('SIGTERM');
const [code] = await exited;
clearTimeout(late);
rmSync(dataDir, { recursive: true });
if (code !== 0) throw new Error(`the gateway ended with ${code}`);
