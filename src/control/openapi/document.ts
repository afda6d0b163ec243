import type { Role } from '../../store/api-keys.ts';
import { type ErrorCode, errors } from '../errors.ts';
import { deadlineHeader } from '../every-request.ts';
import { idempotencyKey, idempotencyReplayed } from '../idempotent-calls.ts';
import { positionTold, positionWanted } from '../log-position.ts';
import { entityTag, preconditions } from '../preconditions.ts';
import { roleOf } from '../roles.ts';
import { payloadSchemas } from './ocpp-payloads.ts';
import {
  type Content,
  type Operation,
  type ResponseDeclaration,
  type Schema,
  type ScopeRule,
  tags,
} from './operation.ts';
import { schemas } from './schemas.ts';

/** An OpenAPI 3.1 document, as far as Farad writes one. */
export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly securitySchemes: Schema;
  };
}

export interface OpenApiOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly security?: readonly never[];
  /** The role that an API key needs for it. */
  readonly 'x-role'?: Role;
  /** What somebody who may see a part of the charge points gets of it. */
  readonly 'x-scope'?: ScopeRule;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: OpenApiBody;
  readonly responses: Readonly<Record<string, OpenApiResponse>>;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: Schema;
}

export interface OpenApiBody {
  readonly description?: string;
  readonly required: boolean;
  readonly content: Readonly<Record<string, MediaType>>;
}

export interface OpenApiResponse {
  readonly description: string;
  readonly headers?: Readonly<Record<string, { readonly schema: Schema }>>;
  readonly content?: Readonly<Record<string, MediaType>>;
}

export interface MediaType {
  readonly schema: Schema;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}

/** The description of the API out of its operations. */
export function describeApi(operations: readonly Operation[], version: string): OpenApiDocument {
  const paths: Record<string, Record<string, OpenApiOperation>> = {};
  for (const operation of operations) {
    paths[operation.path] ??= {};
    (paths[operation.path] as Record<string, OpenApiOperation>)[operation.method.toLowerCase()] =
      describe(operation);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Farad',
      version,
      description:
        'Provision charge points and tokens, send OCPP 1.6 messages, follow transactions and query meter values. ' +
        'Times are RFC 3339 with a zone; answers use UTC with milliseconds. `Farad-Time` of every answer is the time here. Lists are paged: pass `next` of a page as `cursor`.',
    },
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    security: [{ apiKey: [] }],
    paths,
    components: {
      schemas: { ...schemas, ...payloadSchemas() },
      securitySchemes: { apiKey: { type: 'http', scheme: 'bearer', description: 'An API key.' } },
    },
  };
}

function describe(operation: Operation): OpenApiOperation {
  const { body, description } = operation;
  return {
    operationId: operation.id,
    summary: operation.summary,
    ...(description !== undefined && { description }),
    tags: [operation.tag],
    ...(operation.open ? { security: [] } : { 'x-role': roleOf(operation), 'x-scope': operation.scope }),
    parameters: parametersOf(operation),
    ...(body && {
      requestBody: {
        ...(body.description !== undefined && { description: body.description }),
        required: body.required,
        content: contentOf(body.content),
      },
    }),
    responses: { ...successesOf(operation), ...refusalsOf(operation) },
  };
}

function parametersOf(operation: Operation): Parameter[] {
  const { params = {}, query = {}, requiredQuery = [] } = operation;
  const headers = {
    ...operation.headers,
    ...(operation.idempotent && idempotencyKey),
    ...(operation.versioned && operation.method !== 'GET' && preconditions),
    ...(operation.method !== 'GET' && deadlineHeader),
    ...(!operation.open && positionWanted),
  };
  const list = (
    where: Parameter['in'],
    declared: Readonly<Record<string, Schema>>,
    isRequired: (name: string) => boolean,
  ) =>
    Object.entries(declared).map(([name, { description, ...schema }]) => ({
      name,
      in: where,
      required: isRequired(name),
      ...(typeof description === 'string' && { description }),
      schema,
    }));
  return [
    ...list('path', params, () => true),
    ...list('query', query, (name) => requiredQuery.includes(name)),
    ...list('header', headers, () => false),
  ];
}

function successesOf({
  responses,
  method,
  open,
  idempotent,
  versioned,
}: Operation): Record<string, OpenApiResponse> {
  const added = { ...(idempotent && idempotencyReplayed), ...(versioned && entityTag) };
  return Object.fromEntries(
    Object.entries(responses).map(([status, declared]) => {
      const told = !open && method !== 'GET' && positionTold;
      const headers = { ...declared.headers, ...(declared.content && added), ...told };
      return [status, responseOf(Object.keys(headers).length > 0 ? { ...declared, headers } : declared)];
    }),
  );
}

function responseOf({ description, headers, content }: ResponseDeclaration): OpenApiResponse {
  return {
    description,
    ...(headers && {
      headers: Object.fromEntries(Object.entries(headers).map(([name, schema]) => [name, { schema }])),
    }),
    ...(content && { content: contentOf(content) }),
  };
}

function contentOf(content: Readonly<Record<string, Content>>): Record<string, MediaType> {
  return Object.fromEntries(
    Object.entries(content).map(([type, { schema, examples }]) => [
      type,
      {
        schema,
        ...(examples && {
          examples: Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }])),
        }),
      },
    ]),
  );
}

/** The errors that an operation may answer: its own, and those that follow from what it reads. */
export function errorCodesOf(operation: Operation): ErrorCode[] {
  const { method, body, params, idempotent, versioned } = operation;
  const codes = new Set<ErrorCode>(operation.errors);
  if (!operation.open) {
    codes.add('unauthorized').add('too_many_attempts').add('forbidden').add('cross_origin').add('behind');
  }
  if (operation.scope === 'refused' && !operation.open) codes.add('out_of_scope');
  if (operation.scope === 'chargePoint') codes.add('unknown_charge_point');
  if (operation.scope === 'transaction') codes.add('unknown_transaction');
  // Also where there are none: unknown ones are refused.
  codes.add('invalid_parameter').add('headers_too_large');
  if (params) codes.add('invalid_url');
  if (idempotent) codes.add('idempotency_key_reused').add('busy');
  if (versioned && method !== 'GET') codes.add('changed_meanwhile');
  // Also where no body is wanted: one that is sent all the same is read before it is left out.
  if (method !== 'GET' && !body?.isStream) codes.add('invalid_json').add('payload_too_large');
  if (method !== 'GET') {
    codes.add('unsupported_media_type').add('bad_request').add('request_timeout').add('too_late');
    // Whatever changes something writes it down.
    codes.add('storage_full').add('log_unavailable');
  }
  if (body?.checked) codes.add('invalid_body');
  return [...codes.add('internal_error')];
}

/** One response per status, with an example for each code that has it. */
function refusalsOf(operation: Operation): Record<string, OpenApiResponse> {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of errorCodesOf(operation)) {
    const { status } = errors[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      String(status),
      {
        description: codes.map((code) => `\`${code}\`: ${errors[code].meaning}`).join('\n\n'),
        content: {
          'application/json': {
            schema: { $ref: '#/components/schemas/Error' },
            examples: Object.fromEntries(
              codes.map((code) => [
                code,
                { value: { error: { code, message: errors[code].message, details: {} } } },
              ]),
            ),
          },
        },
      },
    ]),
  );
}
