import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const OLDEST = [2, 12];
const INSTALLED = ['/usr/sbin/nats-server', '/usr/local/bin/nats-server', '/opt/homebrew/bin/nats-server'];
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const CACHE = join(tmpdir(), 'farad-debian-programs', 'nats-server');
const UNPACKED = join(CACHE, 'usr/sbin/nats-server');

/**
 * The NATS server that tests and `npm run cluster` run: the one that FARAD_TEST_NATS names, one that is
 * installed and new enough, or the one of Debian sid, fetched once into a folder for temporary files. Answers
 * its file, or in one line why there is none.
 */
export function findNats() {
  const named = process.env.FARAD_TEST_NATS;
  if (named)
    return isNewEnough(named) ? { file: named } : { missing: `${named} is no NATS server 2.12 or newer` };
  const found = [...INSTALLED, UNPACKED].find(isNewEnough);
  if (found) return { file: found };
  if (!existsSync('/usr/bin/apt-get') || !existsSync(KEYRING)) {
    return { missing: 'no nats-server 2.12 or newer; FARAD_TEST_NATS may name one' };
  }
  try {
    fetchFromSid();
    return isNewEnough(UNPACKED)
      ? { file: UNPACKED }
      : { missing: 'the nats-server of Debian sid does not run here' };
  } catch (error) {
    return { missing: `the nats-server of Debian sid is not to be had: ${error.message.split('\n')[0]}` };
  }
}

function isNewEnough(file) {
  if (!existsSync(file)) return false;
  const { stdout } = spawnSync(file, ['-v'], { encoding: 'utf8', timeout: 10_000 });
  const [, major, minor] = /v(\d+)\.(\d+)/.exec(stdout ?? '')?.map(Number) ?? [];
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

/** With lists of packages of its own, so that nothing of the machine's changes. */
function fetchFromSid() {
  const folder = `${CACHE}-${process.pid}`;
  const at = (...path) => join(folder, ...path);
  mkdirSync(at('lists', 'partial'), { recursive: true });
  mkdirSync(at('cache', 'archives', 'partial'), { recursive: true });
  writeFileSync(at('status'), '');
  writeFileSync(at('sources.list'), `deb [signed-by=${KEYRING}] http://deb.debian.org/debian sid main\n`);
  const options = {
    'Dir::Etc::SourceList': at('sources.list'),
    'Dir::Etc::SourceParts': '-',
    'Dir::State::Lists': at('lists'),
    'Dir::State::status': at('status'),
    'Dir::Cache': at('cache'),
    'Acquire::Languages': 'none',
    'Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled': 'false',
  };
  const args = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  try {
    for (const what of [['update'], ['download', 'nats-server']]) {
      execFileSync('apt-get', ['-qq', ...args, ...what], { cwd: folder, stdio: 'pipe', timeout: 120_000 });
    }
    const archive = readdirSync(folder).find((name) => name.endsWith('.deb'));
    execFileSync('dpkg-deb', ['-x', archive, 'root'], { cwd: folder });
    // Another process may have been faster.
    if (!existsSync(CACHE)) renameSync(at('root'), CACHE);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
