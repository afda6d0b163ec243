/**
 * A ClickHouse server for tests and for a cluster on one machine: the embedded engine behind ClickHouse's
 * HTTP interface. Real SQL, real deduplication, real error codes; it does not show clusters, replicated
 * tables, asynchronous inserts, sessions or users. Arguments: directory, port (0 = any), password.
 *
 * Tells its port to whoever forked it. Messages to it make the next inserts fail: {fault, times}, where fault
 * is
 * - `unavailable`: 503 of a proxy that is in front of it, nothing happens;
 * - `cut-after`: the insert happens, and the connection is cut before the answer;
 * - `cut-before`: the connection is cut and nothing happens;
 * - `silent`: no answer at all, nothing happens.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { Session } from 'chdb';

const [directory, port, password] = process.argv.slice(2);
const SESSIONS = 4;

for (const folder of ['cwd', 'bodies']) mkdirSync(join(directory, folder), { recursive: true });
process.chdir(join(directory, 'cwd'));
const tables = join(directory, 'tables');
const idle = Array.from({ length: SESSIONS }, () => ({ session: new Session(tables), database: 'default' }));
const waiting = [];
let faults = [];
let bodies = 0;

process.on('message', ({ fault, times }) => {
  faults = Array.from({ length: times }, () => fault);
  process.send({ told: fault });
});
process.on('disconnect', () => process.exit(0));

const server = createServer(async (request, response) => {
  const url = new URL(request.url, 'http://localhost');
  if (url.pathname === '/ping') return response.end('Ok.\n');
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const inUrl = url.searchParams.get('query');
  const isInsert = inUrl?.startsWith('INSERT') ?? false;
  const fault = isInsert ? faults.shift() : undefined;
  if (fault === 'silent') return;
  if (fault === 'cut-before') return request.socket.destroy();
  if (fault === 'unavailable') return response.writeHead(503).end('<html>upstream is away</html>');
  if (!isAllowed(request)) {
    return fail(response, 516, 'default: Authentication failed. (AUTHENTICATION_FAILED)');
  }
  try {
    const result = await withSession(url.searchParams.get('database') ?? 'default', (session) =>
      isInsert ? insert(session, inUrl, body) : query(session, inUrl ?? body.toString('utf8'), url),
    );
    if (fault === 'cut-after') return request.socket.destroy();
    response.writeHead(200, { 'content-type': 'text/plain; charset=UTF-8' }).end(result);
  } catch (error) {
    fail(response, error.clickhouseCode, error.message);
  }
});
server.listen(Number(port), '127.0.0.1', () => process.send({ port: server.address().port }));

async function withSession(database, work) {
  const lent = idle.pop() ?? (await new Promise((resolve) => waiting.push(resolve)));
  try {
    if (lent.database !== database) {
      await lent.session.queryAsync(`USE ${database}`);
      lent.database = database;
    }
    return await work(lent.session);
  } finally {
    const next = waiting.shift();
    if (next) next(lent);
    else idle.push(lent);
  }
}

/** The statement as it came; its data in a file, which is the only way in for any format. */
async function insert(session, statement, body) {
  const file = join(directory, 'bodies', String(++bodies));
  writeFileSync(file, body);
  try {
    const [, head, settings, format] = /^(INSERT INTO .*?\))( SETTINGS .*)? (FORMAT \w+)$/s.exec(statement);
    await session.queryAsync(`${head} FROM INFILE '${file}'${settings ?? ''} ${format}`);
    return Buffer.alloc(0);
  } finally {
    rmSync(file);
  }
}

async function query(session, sql, url) {
  const parameters = {};
  for (const [name, value] of url.searchParams) {
    if (name.startsWith('param_')) parameters[name.slice('param_'.length)] = unescaped(value);
  }
  const options = { format: 'TabSeparated' };
  const result =
    Object.keys(parameters).length > 0
      ? await session.queryBindAsync(sql, parameters, options)
      : await session.queryAsync(sql, options);
  return Buffer.from(result.bytes());
}

/** Values come escaped as in TabSeparated, and the embedded engine's package escapes them again. */
function unescaped(value) {
  const plain = { n: '\n', t: '\t', r: '\r', 0: '\0', b: '\b', f: '\f' };
  return value.replace(/\\(.)/gs, (_, letter) => plain[letter] ?? letter);
}

function isAllowed({ headers }) {
  if (!password) return true;
  const credentials = Buffer.from(headers.authorization?.split(' ')[1] ?? '', 'base64').toString();
  return credentials.slice(credentials.indexOf(':') + 1) === password;
}

function fail(response, code, message) {
  response.writeHead(code === 516 ? 403 : 500, { 'x-clickhouse-exception-code': String(code) });
  response.end(message.startsWith('Code:') ? message : `Code: ${code}. DB::Exception: ${message}`);
}
