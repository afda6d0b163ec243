import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Config } from '../../config/schema.ts';
import { type ConsoleFile, readConsole } from '../console-files.ts';

/** Addresses of the console's views: each is the same page, which finds its way by itself. */
const VIEWS = [
  'charge-points',
  'transactions',
  'tokens',
  'sites',
  'alarms',
  'campaigns',
  'local-lists',
  'reservations',
  'security',
  'configuration',
  'analytics',
  'system',
];

/** Nothing from another host but the pictures of `tiles`, nothing inline, no frame around it. */
function policy(tiles: string): string {
  const pictures = tiles === '' ? [] : [new URL(tiles).origin];
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    ["img-src 'self' data:", ...pictures].join(' '),
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Serves the operator's web page. It holds no secrets: whoever opens it has to log in. */
export function addConsoleRoutes(
  app: FastifyInstance,
  config: Pick<Config, 'console'>,
  files = readConsole(),
): void {
  const page = files.get('/index.html');
  if (!page) return;
  const security = policy(config.console.map.tiles);
  const serve = (url: string, file: ConsoleFile) =>
    app.get(url, { config: { open: true }, exposeHeadRoute: true }, (request, reply) =>
      send(
        reply.header('content-security-policy', security),
        file,
        String(request.headers['accept-encoding'] ?? ''),
      ),
    );
  serve('/', page);
  for (const view of VIEWS) {
    serve(`/${view}`, page);
    serve(`/${view}/*`, page);
  }
  for (const [path, file] of files) if (file !== page) serve(path, file);
}

function send(reply: FastifyReply, { type, immutable, bodies }: ConsoleFile, accepted: string): FastifyReply {
  reply
    .type(type)
    .header('vary', 'accept-encoding')
    .header('cache-control', immutable ? 'public, max-age=31536000, immutable' : 'no-cache');
  for (const [encoding, body] of bodies) {
    if (encoding === 'identity') return reply.send(body);
    if (accepts(accepted, encoding)) return reply.header('content-encoding', encoding).send(body);
  }
  return reply;
}

function accepts(header: string, encoding: string): boolean {
  return header.split(',').some((part) => {
    const [name, quality] = part.trim().split(';');
    return name === encoding && !/^\s*q=0(\.0*)?$/.test(quality ?? '');
  });
}
