import type { Role } from '../../store/api-keys.ts';
import type { ErrorCode } from '../errors.ts';

/**
 * A JSON Schema (2020-12), as OpenAPI 3.1 uses it. Shared ones are referred to as
 * `#/components/schemas/NAME`.
 */
export type Schema = Readonly<Record<string, unknown>>;

export interface Content {
  readonly schema: Schema;
  /** Example values by name. */
  readonly examples?: Readonly<Record<string, unknown>>;
}

export interface ResponseDeclaration {
  readonly description: string;
  readonly headers?: Readonly<Record<string, Schema>>;
  /** By media type; absent where the answer has no body. */
  readonly content?: Readonly<Record<string, Content>>;
}

export interface BodyDeclaration {
  /**
   * The schema of a request with these parameters of the path, where that depends on them; undefined where
   * nothing fits.
   */
  readonly schemaFor?: (params: Readonly<Record<string, string>>) => Schema | undefined;
  readonly description?: string;
  readonly required: boolean;
  readonly content: Readonly<Record<string, Content>>;
  /** True: the body is JSON and checked against its schema before the handler runs. */
  readonly checked: boolean;
  /** True: it is read as it arrives, however long that takes. */
  readonly isStream?: boolean;
  /** True: it may name very many things, so that only `api.bodyLimit` bounds it. */
  readonly isList?: boolean;
}

/**
 * What somebody who may see a part of the charge points (a scope) gets of an operation:
 * - `same`: the same as everybody; it tells nothing of a charge point, and changes nothing about any.
 * - `narrowed`: what is in sight, and nothing else; its handler sees to that.
 * - `chargePoint`, `transaction`: what everybody gets, as long as the `id` or `transactionId` of the path is
 *   in sight; else it is unknown.
 * - `refused`: nothing.
 */
export type ScopeRule = 'same' | 'narrowed' | 'chargePoint' | 'transaction' | 'refused';

/**
 * One operation of the API, declared once: its route, the check of its parameters and its page in the docs
 * follow from it.
 */
export interface Operation {
  readonly id: string;
  readonly method: 'GET' | 'PUT' | 'PATCH' | 'POST' | 'DELETE';
  /** With parameters in braces: `/api/v1/tokens/{idTag}`. */
  readonly path: string;
  readonly tag: Tag;
  readonly scope: ScopeRule;
  readonly summary: string;
  readonly description?: string;
  readonly params?: Readonly<Record<string, Schema>>;
  /** False: `params` is for the docs, the handler checks them itself. */
  readonly paramsChecked?: false;
  readonly query?: Readonly<Record<string, Schema>>;
  readonly requiredQuery?: readonly string[];
  /** Takes any other parameter in the query, too, and leaves it out of the audit trail. */
  readonly anyQuery?: true;
  /** For the docs only; handlers read headers themselves. */
  readonly headers?: Readonly<Record<string, Schema>>;
  readonly body?: BodyDeclaration;
  readonly responses: Readonly<Record<number, ResponseDeclaration>>;
  /** Beyond those that follow from the parameters, the body and the key. */
  readonly errors?: readonly ErrorCode[];
  /** Answers without an API key. */
  readonly open?: boolean;
  /** May be asked for by somebody who has to choose a password first. */
  readonly beforePasswordChange?: boolean;
  /** The role it takes; absent: `viewer` for GET, `operator` for everything else. */
  readonly role?: Role;
  /** Takes an Idempotency-Key: what it begins is begun once, however often it is asked for. */
  readonly idempotent?: boolean;
  /** Its answer has a version, in its ETag; a change of it takes If-Match and If-None-Match. */
  readonly versioned?: boolean;
  /** Members of its body that the audit trail must not hold. */
  readonly secretMembers?: readonly string[];
}

/** Parts of the API, in the order of the docs. */
export const tags = {
  'Charge points': 'What operators provision about charge points, and what the protocol learned about them.',
  Calls: 'Sending OCPP messages to charge points.',
  Tokens: 'Who may charge: idTags, their status and their groups.',
  Transactions: 'Charging transactions.',
  Reservations: 'Connectors that are held for somebody.',
  'Smart charging': 'Charging profiles that charge points hold, and the schedules that follow from them.',
  Sites: 'Connectors that share the power of a place.',
  'Local lists': 'What charge points hold to authorize without asking (OCPP 1.6 ed. 2 §3.5.2).',
  Certificates: 'Certificates of charge points: who issues them, which there are, and which are revoked.',
  Jobs: 'Firmware updates, and uploads of diagnostics and logs.',
  Campaigns: 'One thing at many charge points, a bounded number at a time.',
  Security: 'How charge points authenticate, and what happened about their security.',
  Alarms: 'Who is told when something is wrong, and what is wrong.',
  Analytics: 'Questions answered by ClickHouse.',
  Events: 'What happens, as it happens.',
  Access: 'Log-in of the console, users, API keys and their roles, and who did what.',
  Operations: 'Health, metrics and this description. These need no API key.',
} as const;

export type Tag = keyof typeof tags;

/** A success with a JSON body. */
export function json(description: string, schema: Schema, example?: unknown): ResponseDeclaration {
  return {
    description,
    content: { 'application/json': example === undefined ? { schema } : { schema, examples: { example } } },
  };
}

/** Refers to a schema of openapi/schemas.ts. */
export function ref(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}
