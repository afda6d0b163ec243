/** A request that was once answered wrongly, or that everybody tries first. */
export interface KeptRequest {
  readonly method: string;
  /** Of the operation that answers. */
  readonly path: string;
  readonly url: string;
  /** JSON text of the body. */
  readonly json?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const NINES = '9'.repeat(400);

export const KEPT: readonly KeptRequest[] = [
  { method: 'GET', path: '/api/v1/tokens/{idTag}', url: '/api/v1/tokens/A%00B' },
  {
    method: 'PUT',
    path: '/api/v1/tokens/{idTag}',
    url: '/api/v1/tokens/A%00B',
    json: '{"status":"Accepted"}',
  },
  { method: 'GET', path: '/api/v1/transactions', url: '/api/v1/transactions?cursor=Ik5hTiI' },
  { method: 'GET', path: '/api/v1/tokens', url: `/api/v1/tokens?text=${'x'.repeat(20_000)}` },
  { method: 'GET', path: '/api/v1/campaigns/{id}', url: '/api/v1/campaigns/' },
  {
    method: 'GET',
    path: '/api/v1/charge-points/{id}/diagnostics-jobs/{jobId}',
    url: '/api/v1/charge-points/FUZZ-1/diagnostics-jobs/',
  },
  {
    method: 'GET',
    path: '/api/v1/charge-points/{id}/composite-schedule',
    url: `/api/v1/charge-points/FUZZ-1/composite-schedule?connectorId=${NINES}&duration=60`,
  },
  // Its parameter must not stand in the audit trail as null.
  {
    method: 'DELETE',
    path: '/api/v1/charge-points/{id}/charging-profiles',
    url: `/api/v1/charge-points/FUZZ-1/charging-profiles?profileId=${NINES}`,
  },
  { method: 'GET', path: '/api/v1/audit', url: '/api/v1/audit?limit=1000' },
  { method: 'POST', path: '/api/v1/backups', url: '/api/v1/backups?unknown=1' },
];

/** Bytes on a connection, and the status that they get. */
export const RAW_KEPT: readonly (readonly [string, number])[] = (
  [
    ['GET *', 404],
    ['GET *healthz', 404],
    ['OPTIONS *', 404],
    ['GET //', 404],
    ['GET http://farad/healthz', 200],
    ['TRACE /healthz', 404],
    ['HEAD /healthz', 200],
    ['GET /healthz#x', 400],
    ['GET /\xff', 400],
  ] as const
).map(([line, status]) => [`${line} HTTP/1.1\r\nhost: farad\r\nconnection: close\r\n\r\n`, status]);
