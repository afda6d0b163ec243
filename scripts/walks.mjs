/**
 * Draws how messages walk through the code, from the code: starts a gateway whose functions say when they are
 * called, sends each message some times, and prints the files that were entered until the answer was there.
 *
 *   node scripts/walks.mjs           # in figures
 *   node scripts/walks.mjs --draw    # and each file in its order
 *   node scripts/walks.mjs --write   # writes docs/walks.md
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { root } from './build.mjs';
import { instrument } from './walks/instrument.mjs';

/** Each walk is taken so often. Timers run between: a file belongs to it if most of them entered it. */
const TIMES = 25;

/** Files and returns on 2026-11-21, before the walks were shortened, counted by this script. */
const BEFORE = {
  MeterValues: [39, 105],
  Authorize: [35, 47],
  StartTransaction: [59, 236],
  'a command': [58, 156],
};

const NAMES = {
  MeterValues: 'A MeterValues with one sample',
  Authorize: 'An Authorize',
  StartTransaction: 'A StartTransaction',
  'a command': "An operator's command, from the POST to its response",
};

const COLUMNS = 110;

let lines;
const key = randomBytes(24).toString('base64url');
// Below node_modules, so that packages are found from there.
const cache = join(root, 'node_modules', '.cache');
mkdirSync(cache, { recursive: true });
const directory = mkdtempSync(join(cache, 'walks-'));
const traces = join(directory, 'traces');
const dataDir = join(directory, 'data');
mkdirSync(traces);
// Processes read their version there.
copyFileSync(join(root, 'package.json'), join(directory, 'package.json'));
instrument(
  join(root, 'dist'),
  join(directory, 'dist'),
  fileURLToPath(new URL('walks/tracer.mjs', import.meta.url)),
);
const gateway = start();
try {
  const walks = await takeAll(await endpoints());
  const usualWalks = walks.map(([name, spans]) => [name, usual(spans.map(walkIn))]);
  for (const [name, walk] of usualWalks) print(name, walk);
  if (process.argv.includes('--write')) writeFileSync(join(root, 'docs/walks.md'), page(usualWalks));
} finally {
  const end = gateway.exitCode === null && new Promise((resolve) => gateway.once('exit', resolve));
  gateway.kill('SIGTERM');
  await end;
  rmSync(directory, { recursive: true, force: true });
}

function start() {
  const flags = { 'data-dir': dataDir, 'ocpp-port': 0, 'api-port': 0, 'log-level': 'error' };
  const args = Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, String(value)]);
  return spawn(process.execPath, [join(directory, 'dist', 'main.js'), 'serve', ...args], {
    env: { ...process.env, FARAD_API_KEY: key, FARAD_WALKS: traces },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

async function endpoints() {
  const file = join(dataDir, 'endpoints.json');
  while (!existsSync(file)) {
    if (gateway.exitCode !== null) throw new Error('the gateway has ended');
    await pause(100);
  }
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** Returns by name when each message was sent and answered, monotonic ns. */
async function takeAll({ ocpp, api }) {
  const socket = new WebSocket(`${ocpp}/WALKER`, 'ocpp1.6');
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const answers = new Map();
  socket.on('message', (data) => {
    const [type, id, action] = JSON.parse(String(data));
    if (type === 2)
      socket.send(JSON.stringify([3, id, action === 'ClearCache' ? { status: 'Accepted' } : {}]));
    else answers.get(id)?.();
  });
  let sent = 0;
  const call = (action, payload) =>
    new Promise((resolve) => {
      const id = String(++sent);
      answers.set(id, resolve);
      socket.send(JSON.stringify([2, id, action, payload]));
    });
  const now = () => new Date().toISOString();
  await call('BootNotification', { chargePointVendor: 'Farad', chargePointModel: 'Walker' });
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const walks = {
    MeterValues: (turn) =>
      call('MeterValues', {
        connectorId: 1,
        meterValue: [{ timestamp: now(), sampledValue: [{ value: String(1000 + turn) }] }],
      }),
    Authorize: () => call('Authorize', { idTag: 'CARD' }),
    StartTransaction: (turn) =>
      call('StartTransaction', { connectorId: 1, idTag: 'CARD', meterStart: 1000 + turn, timestamp: now() }),
    'a command': () =>
      fetch(`${api}/api/v1/charge-points/WALKER/calls/ClearCache`, {
        method: 'POST',
        headers,
        body: '{}',
      }).then((response) => response.text()),
  };
  const taken = [];
  for (const [name, take] of Object.entries(walks)) {
    const spans = [];
    for (let turn = 0; turn < TIMES; turn++) {
      const from = process.hrtime.bigint();
      await take(turn);
      spans.push([from, process.hrtime.bigint()]);
      await pause(100);
    }
    taken.push([name, spans]);
  }
  socket.close();
  return taken;
}

/** The files that any process entered in a span, in order; one after itself counts once. */
function walkIn([from, to]) {
  lines ??= readdirSync(traces)
    .map((name) => readFileSync(join(traces, name), 'utf8').trimEnd())
    // It drains the journal all the time, for nobody who waits.
    .filter((trace) => !trace.includes(' analytics/process.ts'))
    .flatMap((trace) => trace.split('\n'))
    .map((line) => line.split(' '))
    .map(([at, file]) => ({ at: BigInt(at), file }))
    .sort((one, other) => (one.at < other.at ? -1 : 1));
  return withoutRepeats(lines.filter(({ at }) => at >= from && at <= to).map(({ file }) => file));
}

/** Returns a walk of middle length, without the files that most walks did not enter. */
function usual(walks) {
  const times = new Map();
  for (const walk of walks) for (const file of new Set(walk)) times.set(file, (times.get(file) ?? 0) + 1);
  const often = walks
    .map((walk) => walk.filter((file) => times.get(file) > walks.length / 2))
    .map(withoutRepeats)
    .sort((one, other) => one.length - other.length);
  return often[Math.floor(often.length / 2)];
}

function withoutRepeats(files) {
  return files.filter((file, index) => file !== files[index - 1]);
}

function print(name, walk) {
  const visits = new Map();
  for (const file of walk) visits.set(file, (visits.get(file) ?? 0) + 1);
  const often = [...visits].filter(([, count]) => count > 2).sort(([, one], [, other]) => other - one);
  console.log(`${name}: ${visits.size} files, ${walk.length - visits.size} returns`);
  if (often.length > 0) console.log(`  ${often.map(([file, count]) => `${file} ${count}`).join(', ')}`);
  if (process.argv.includes('--draw')) console.log(`  ${walk.join('\n  ')}`);
}

/** Returns docs/walks.md: the figures, and the files of each walk in the order in which it enters them. */
function page(walks) {
  const rows = walks.map(([name, walk]) => {
    const files = new Set(walk).size;
    const [filesBefore, returnsBefore] = BEFORE[name];
    return `| ${NAMES[name]} | ${files} | ${filesBefore} | ${walk.length - files} | ${returnsBefore} |`;
  });
  const drawn = walks.map(
    ([name, walk]) => `## ${NAMES[name]}\n\n\`\`\`\n${draw([...new Set(walk)])}\n\`\`\`\n`,
  );
  return `# Walks, drawn

\`node scripts/walks.mjs --write\` makes this page from the code. It runs a gateway in which every function says
that it is called, sends each message ${TIMES} times, and notes the files that were entered, in any process but
analytics, until the answer was there. A return is an entry into a file that the walk has entered before; one
file after itself counts once. [Architecture](architecture.md#walks) says in words what happens on the way.

| walk | files | on 2026-11-21 | returns | on 2026-11-21 |
| --- | --- | --- | --- | --- |
${rows.join('\n')}

The figures of 2026-11-21 are those of the code of that day, counted by the same script. Since then messages
pass more checks: security profiles, the allowance of frames, deadlines of requests, the watchman.

${drawn.join('\n')}`;
}

/** Draws files by room, one line for each stay in a room. */
function draw(files) {
  const stays = [];
  for (const file of files) {
    const [room, ...rest] = file.replace(/\.ts$/, '').split('/');
    const last = stays.at(-1);
    if (last?.room === room) last.names.push(rest.join('/'));
    else stays.push({ room, names: [rest.join('/')] });
  }
  return stays.map(({ room, names }) => wrapped(room.padEnd(16), names)).join('\n');
}

function wrapped(label, names) {
  const drawn = [label];
  for (const [index, name] of names.entries()) {
    const word = index === 0 ? name : ` > ${name}`;
    if (drawn.at(-1).length + word.length > COLUMNS) drawn.push(' '.repeat(label.length - 2));
    drawn[drawn.length - 1] += word;
  }
  return drawn.join('\n');
}
