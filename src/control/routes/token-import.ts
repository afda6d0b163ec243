import type { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { CommitError } from '../../store/store.ts';
import type { ControlDeps } from '../deps.ts';
import { ApiError, apiError } from '../errors.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { addRoute } from '../route.ts';
import { type ImportFormat, importTokens } from '../token-import.ts';

const formats: Readonly<Record<string, ImportFormat>> = {
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
  'text/csv': 'csv',
};

const operation: Operation = {
  id: 'importTokens',
  method: 'POST',
  path: '/api/v1/tokens/import',
  tag: 'Tokens',
  scope: 'refused',
  summary: 'Import many tokens',
  description:
    'The body is a stream of any length: one JSON object per line, or CSV with a header line that names the columns (comma or semicolon). ' +
    'Tokens that exist are replaced. A line that is no token is reported and left out; all others are stored as they arrive, ' +
    'also when the connection ends early.',
  query: {
    dryRun: {
      type: 'boolean',
      description: 'True: nothing is stored; the answer says what would become of the lines.',
    },
  },
  body: {
    required: true,
    checked: false,
    isStream: true,
    content: {
      'application/x-ndjson': {
        schema: ref('TokenLine'),
        examples: {
          lines: '{"idTag":"04A2B3C4D5","status":"Accepted"}\n{"idTag":"04FFFFFFFF","status":"Blocked"}\n',
        },
      },
      'text/csv': {
        schema: { type: 'string' },
        examples: { lines: 'idTag,status,parentIdTag\n04A2B3C4D5,Accepted,FLEET-7\n04FFFFFFFF,Blocked,\n' },
      },
    },
  },
  responses: {
    200: json('What became of the lines.', ref('TokenImport'), {
      lines: 3,
      imported: 2,
      rejected: 1,
      errors: [{ line: 2, message: 'status must be one of Accepted, Blocked, Expired' }],
    }),
  },
  errors: ['invalid_body', 'unsupported_media_type', 'bad_request'],
};

interface ImportRequest {
  Body: Readable | undefined;
  Querystring: { readonly dryRun?: boolean };
}

export async function addTokenImport(app: FastifyInstance, { store }: ControlDeps): Promise<void> {
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(Object.keys(formats), (_request, stream, done) => done(null, stream));
    addRoute<ImportRequest>(scope, operation, async ({ body, headers, query, raw }) => {
      const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '';
      const format = formats[type];
      if (!body || !format) {
        throw apiError('unsupported_media_type', {
          type: type || 'of this request',
          allowed: 'application/x-ndjson or text/csv',
        });
      }
      try {
        return await importTokens(store, format, body, query);
      } catch (error) {
        // A body that was read whole is destroyed, too: what is wrong with it, or with storing it, stands.
        const isTold = error instanceof ApiError || error instanceof CommitError;
        if (!isTold && (raw.readableAborted || raw.destroyed))
          throw apiError('bad_request', { reason: 'the body ended early' });
        throw error;
      } finally {
        // What was begun to be read is read to its end by nobody else, and the next request of the connection
        // is behind it.
        raw.resume();
      }
    });
  });
}
