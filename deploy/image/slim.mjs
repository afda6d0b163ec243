/**
 * Takes out of node_modules what cannot run in the image: the WebSocket engine for other platforms and other
 * versions of Node, and, with `no` as argument, the embedded ClickHouse.
 */
import { readdirSync, rmSync } from 'node:fs';

const modules = new URL('../../node_modules/', import.meta.url);
const { platform, arch, versions } = process;
const engines = new URL('@btc-vision/uwebsockets.js/', modules);
const ours = `uws_${platform}_${arch}_${versions.modules}.node`;
const files = readdirSync(engines);
if (!files.includes(ours)) throw new Error(`no WebSocket engine ${ours} in this release`);
for (const file of files) {
  if (file.endsWith('.node') && file !== ours) rmSync(new URL(file, engines));
}
if (process.argv[2] === 'no') {
  for (const name of ['chdb', '@chdb']) rmSync(new URL(name, modules), { recursive: true, force: true });
} else if (process.argv[2] !== 'yes') {
  throw new Error(`CHDB is yes or no, not ${process.argv[2]}`);
}
