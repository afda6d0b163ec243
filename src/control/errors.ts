import { redactJson } from '../telemetry/redaction.ts';

/**
 * Every error that the API returns, declared once: a stable code, the HTTP status, the message (with
 * `{placeholders}`) and what it means for whoever gets it. docs/api-errors.md and the OpenAPI document come
 * from this table.
 */
export const errors = {
  invalid_url: {
    status: 400,
    message: 'The URL cannot be read: {reason}.',
    meaning: 'The path holds a bad percent-encoding or a segment that is too long.',
  },
  bad_request: {
    status: 400,
    message: 'The request cannot be read: {reason}.',
    meaning: 'The bytes on the connection are no HTTP request, or its headers are broken.',
  },
  invalid_parameter: {
    status: 400,
    message: 'Parameter {name} {problem}.',
    meaning:
      'A path, query or header parameter is missing, unknown or outside of what is allowed. `details.parameter` names it.',
  },
  invalid_json: {
    status: 400,
    message: 'The request body is not JSON: {reason}.',
    meaning:
      'The body could not be read as JSON in UTF-8, or is more than 64 levels deep. Nothing was changed and nothing was sent.',
  },
  bad_parameter: {
    status: 400,
    message: 'The query refused a parameter: {reason}.',
    meaning: 'The analytics process refused a parameter of a query.',
  },
  unauthorized: {
    status: 401,
    message: 'This needs an API key: Authorization: Bearer KEY.',
    meaning:
      'The Authorization header is missing, is not of the form `Bearer KEY`, or the key is unknown; or a log-in of the console has ended.',
  },
  wrong_key: {
    status: 401,
    message: 'This is not an API key of this Farad.',
    meaning: 'A log-in with a key that does not exist, or no longer.',
  },
  wrong_password: {
    status: 401,
    message: 'The name or the password is wrong.',
    meaning:
      'There is no user of this name, the password is another one or a one-time password that is over, or the user is disabled: which of these, only admins can find out.',
  },
  forbidden: {
    status: 403,
    message: 'This takes the role {role}; {who} has the role {own}.',
    meaning: 'The API key or the user may not do this. `details.role` is the role that it takes.',
  },
  password_due: {
    status: 403,
    message: 'Choose a password first.',
    meaning:
      'The user logged in with a one-time password. Until another one is chosen (PUT /api/v1/session/password) nothing else is answered.',
  },
  out_of_scope: {
    status: 403,
    message: 'This is for those who may see all charge points.',
    meaning:
      'The API key or the user is for some groups and sites only, and this is about all charge points or about something that they share. Nothing was changed.',
  },
  cross_origin: {
    status: 403,
    message: 'A page of another origin may not do this.',
    meaning:
      'The request came with the cookie of a log-in, but not from a page of this Farad: its `Origin` is another one or missing.',
  },
  not_found: {
    status: 404,
    message: 'There is nothing at {method} {path}.',
    meaning: 'No route has this method and path. `/docs` lists all of them.',
  },
  unknown_charge_point: {
    status: 404,
    message: 'No charge point has the identity {id}.',
    meaning: 'Nobody provisioned this identity and it never connected.',
  },
  unknown_action: {
    status: 404,
    message: 'OCPP {version} has no action {action} that a Central System may send.',
    meaning:
      'The action is misspelled (names are case-sensitive) or is one that only charge points send. `details.actions` lists those that exist.',
  },
  unknown_token: {
    status: 404,
    message: 'No token has the idTag {idTag}.',
    meaning: 'Nobody provisioned this idTag. Upper and lower case make no difference.',
  },
  unknown_command: {
    status: 404,
    message: 'Charge point {id} has no command {messageId}.',
    meaning:
      'No call with this messageId was sent to it, it is of an action that nothing follows, or newer commands took its place.',
  },
  unknown_reservation: {
    status: 404,
    message: 'There is no reservation {id}.',
    meaning: 'No ReserveNow with this id was answered, or its retention is over.',
  },
  unknown_transaction: {
    status: 404,
    message: 'There is no transaction {id}.',
    meaning: 'No transaction with this number was ever started, or its retention is over.',
  },
  unknown_api_key: {
    status: 404,
    message: 'There is no API key {id}.',
    meaning: 'It was never created, or has been deleted.',
  },
  unknown_user: {
    status: 404,
    message: 'There is no user {name}.',
    meaning: 'None was created under this name, or the user has been deleted.',
  },
  unknown_node: {
    status: 404,
    message: 'There is no node {node}.',
    meaning: 'It was not heard within the last day, and no charge point has a session there.',
  },
  node_there: {
    status: 409,
    message: 'The node {node} is there.',
    meaning: 'Only a node that is away can be forgotten: stop it first, and wait until it counts as away.',
  },
  unknown_site: {
    status: 404,
    message: 'There is no site {id}.',
    meaning: 'No site has this name.',
  },
  unknown_charging_wish: {
    status: 404,
    message: 'Nobody has stated a wish for transaction {id}.',
    meaning: 'The transaction runs, and its driver wants nothing in particular.',
  },
  transaction_runs: {
    status: 409,
    message: 'Transaction {id} still runs.',
    meaning: 'What it comes to is not known before it has ended: correct it then.',
  },
  transaction_ended: {
    status: 409,
    message: 'Transaction {id} has ended: it is {state}.',
    meaning:
      'Only an open transaction can be closed. What it comes to can be corrected; a stop that comes later is kept in any case.',
  },
  unknown_correction: {
    status: 404,
    message: 'Nobody has corrected transaction {id}.',
    meaning: 'The transaction is there, and what its charge point reported stands alone.',
  },
  last_root: {
    status: 409,
    message: 'This may be the last root of the Central System that charge point {id} has.',
    meaning:
      'Without one it trusts no TLS of any Central System, and may never come back. Nothing was sent. Ask it which roots it has (`installed-certificates/refresh`), or say `confirm=true`.',
  },
  unknown_certificate: {
    status: 404,
    message: 'There is no certificate {serial}.',
    meaning: 'Farad has not issued it and nobody has registered it, or it expired long ago.',
  },
  ambiguous_certificate: {
    status: 409,
    message: 'Several certificates have the serial number {serial}: say which by its SHA-256.',
    meaning: 'Issuers number their certificates independently. `details.sha256` lists the certificates.',
  },
  certificate_exists: {
    status: 409,
    message: 'The certificate {serial} is known already.',
    meaning: 'Farad has issued it, or it was registered, maybe for another charge point.',
  },
  unfit_certificate: {
    status: 422,
    message: 'The certificate does not fit: {problem}.',
    meaning:
      'It cannot be read, has expired, or is not what it was asked for: the certificate for a signing request has the public key of that request.',
  },
  unknown_certificate_request: {
    status: 404,
    message: 'There is no certificate request {id}.',
    meaning: 'No charge point has made it, or newer ones have taken its place.',
  },
  certificate_request_state: {
    status: 409,
    message: 'The certificate request {id} waits for no certificate: it is {state}.',
    meaning: 'It has its certificate already, or has ended.',
  },
  unknown_certificate_authority: {
    status: 404,
    message: 'There is no certificate authority {id}.',
    meaning: 'None was made, or it has been deleted.',
  },
  no_sealing_key: {
    status: 409,
    message: 'There is no key that private keys of a certificate authority are sealed with.',
    meaning:
      'The setting `security.sealingKeyFile` is empty, or names another key than the one that they were sealed with. It is a file with at least 32 secret bytes outside of the data directory.',
  },
  too_many_authorities: {
    status: 409,
    message: 'There are {most} certificate authorities already.',
    meaning: 'Delete one whose certificates are not in use any more.',
  },
  unknown_manufacturer_root: {
    status: 404,
    message: 'There is no root of a manufacturer with the SHA-256 {sha256}.',
    meaning: 'None was added, or it has been deleted.',
  },
  too_many_manufacturer_roots: {
    status: 409,
    message: 'There are {most} roots of manufacturers already.',
    meaning: 'Delete one whose firmware is not in use any more.',
  },
  private_key: {
    status: 422,
    message: 'A private key stands where only a certificate belongs.',
    meaning:
      'Nothing was kept and nothing was sent. The key has left its place, though: whoever could read the request can sign with it, so replace it.',
  },
  unknown_local_list: {
    status: 404,
    message: 'There is no local list {id}.',
    meaning: 'Nobody created a local authorization list with this name.',
  },
  no_local_list: {
    status: 404,
    message: 'No local list is wanted at charge point {id}.',
    meaning: 'There is neither a local list for this charge point nor one for its group. Nothing was sent.',
  },
  unknown_job: {
    status: 404,
    message: 'Charge point {id} has no such job {job}.',
    meaning: 'There never was a job with this id, or newer ones have taken its place in the history.',
  },
  unknown_session: {
    status: 404,
    message: 'There is no log-in {id}.',
    meaning: 'It has ended, or it is that of somebody else, which takes the role `admin`.',
  },
  unknown_configuration_template: {
    status: 404,
    message: 'There is no configuration template {id}.',
    meaning: 'No template of configurations has this name.',
  },
  unknown_saved_query: {
    status: 404,
    message: 'There is no saved query {id}.',
    meaning: 'No query has this id, or somebody else keeps it for himself.',
  },
  unknown_saved_filter: {
    status: 404,
    message: 'There is no saved filter {id}.',
    meaning: 'No filter of charge points has this name.',
  },
  unknown_alarm: {
    status: 404,
    message: 'There is no alarm {id}.',
    meaning: 'There never was an alarm with this id, or newer ones have taken its place in the history.',
  },
  unknown_alarm_rule: {
    status: 404,
    message: 'There is no rule of alarms {id}.',
    meaning: 'No rule has this name.',
  },
  unknown_report: {
    status: 404,
    message: 'There is no report {id}.',
    meaning: 'No report has this id.',
  },
  unknown_campaign: {
    status: 404,
    message: 'There is no campaign {id}.',
    meaning: 'There never was a campaign with this id, or newer ones have taken its place in the history.',
  },
  request_timeout: {
    status: 408,
    message: 'The request did not arrive completely in time.',
    meaning: 'The client took too long to send its request.',
  },
  too_late: {
    status: 412,
    message: 'The request arrived {lateMs} ms after its deadline.',
    meaning:
      'Its `Farad-Deadline` was over when it had arrived. Nothing was changed and nothing was sent. `details.lateMs` says by how much.',
  },
  not_connected: {
    status: 409,
    message: 'Charge point {id} is not connected.',
    meaning: 'No socket is open, so nothing was sent. Try again when the charge point is back.',
  },
  registration_state: {
    status: 409,
    message: 'Charge point {id} is {registration}: {action} may not be sent.',
    meaning:
      'OCPP forbids the call in the present registration state: any call while Rejected, remote start and stop while Pending, and TriggerMessage or ExtendedTriggerMessage for a BootNotification once Accepted (errata 3.40). Nothing was sent; `details.registration` is the state.',
  },
  api_key_exists: {
    status: 409,
    message: 'There is an API key {id} already.',
    meaning: 'Ids of API keys are unique. Delete the other one first, or choose another id.',
  },
  api_key_fixed: {
    status: 409,
    message: 'The API key {id} cannot be deleted here.',
    meaning:
      'It is the one that Farad was started with: change the setting `api.key`, or log in with another key.',
  },
  user_exists: {
    status: 409,
    message: 'There is a user {name} already.',
    meaning: 'Names of users are unique; upper and lower case tell nobody apart.',
  },
  too_many_users: {
    status: 409,
    message: 'There are {most} users already.',
    meaning: 'Delete those who have left.',
  },
  user_of_provider: {
    status: 409,
    message: 'User {name} logs in by the OpenID provider.',
    meaning:
      'The provider vouches for the user, and there is no password beside that. Disable the user to keep them out.',
  },
  no_password: {
    status: 409,
    message: 'This is no log-in with a password.',
    meaning: 'Only a user who logged in to the console with name and password can choose another password.',
  },
  connector_taken: {
    status: 409,
    message: 'Connector {connectorId} of {chargePointId} belongs to site {site}.',
    meaning:
      'A connector shares power in one site only. Nothing was changed; take it out of the other site first.',
  },
  local_list_scope_taken: {
    status: 409,
    message: 'The list {list} is for the same charge points already.',
    meaning: 'A charge point or a group has one list of its own. `details.list` names the one that it has.',
  },
  backup_running: {
    status: 409,
    message: 'A backup cannot begin now: {reason}.',
    meaning: 'One backup is taken at a time. The other one ends by itself within ten minutes.',
  },
  sync_running: {
    status: 409,
    message: 'The local list of charge point {id} is being brought up to date already.',
    meaning: 'One sync of a charge point at a time: try again when that one has ended.',
  },
  job_running: {
    status: 409,
    message: 'A job of this kind is under way at charge point {id}: {job}.',
    meaning:
      'A charge point does one job of a kind at a time. Nothing was sent; with `replace` the new one takes the place of the other. `details.jobId` names it.',
  },
  campaign_state: {
    status: 409,
    message: 'Campaign {id} is {state}: it cannot {command}.',
    meaning: 'The campaign has ended, or is not paused, or is paused already.',
  },
  campaign_secret_gone: {
    status: 409,
    message: 'The task of campaign {id} had a secret, which Farad no longer has.',
    meaning: 'Secrets of a campaign are kept until it ends. Create a new campaign, with the secret.',
  },
  too_many_configuration_templates: {
    status: 409,
    message: 'There are {most} configuration templates already.',
    meaning: 'Delete one that nobody uses, or put keys together in one.',
  },
  query_of_another: {
    status: 409,
    message: 'This query is shared by {owner}, who alone can take it back.',
    meaning: 'A query that is shared becomes private only by its owner. Save a copy of your own.',
  },
  too_many_saved_queries: {
    status: 409,
    message: 'There are {most} saved queries already.',
    meaning: 'Delete one that nobody uses.',
  },
  too_many_saved_filters: {
    status: 409,
    message: 'There are {most} saved filters already.',
    meaning: 'Delete one that nobody uses.',
  },
  too_many_alarm_rules: {
    status: 409,
    message: 'There are {most} rules of alarms already.',
    meaning: 'Delete one that nobody needs.',
  },
  too_many_reports: {
    status: 409,
    message: 'There are {most} reports already.',
    meaning: 'Delete one that nobody needs.',
  },
  report_files_taken: {
    status: 409,
    message: 'Another report writes files named {name}.',
    meaning: 'Reports whose files had the same names would replace those of each other. Choose another name.',
  },
  alarm_over: {
    status: 409,
    message: 'Alarm {id} is over.',
    meaning: 'Only what stands can be acknowledged.',
  },
  too_many_campaigns: {
    status: 409,
    message: 'Too many campaigns are under way.',
    meaning: 'At most 20 campaigns may be under way, scheduled or paused. Abort one, or wait for its end.',
  },
  no_matching_charge_points: {
    status: 409,
    message: 'No charge point matches the targets of the campaign.',
    meaning:
      'Targets are chosen when a campaign is created. Look at how the charge points describe themselves, and at `GET /api/v1/campaigns/matches`.',
  },
  unreadable_profile: {
    status: 409,
    message: 'A charging profile of charge point {id} cannot be planned with: {reason}.',
    meaning: 'It holds a profile that breaks the schema. Clear it, or set it anew.',
  },
  ambiguous_reservation: {
    status: 409,
    message: 'Several charge points hold a reservation {id}: say which with chargePointId.',
    meaning: 'Ids that operators choose may be used twice. `details.chargePointIds` lists the charge points.',
  },
  payload_too_large: {
    status: 413,
    message: 'The request body is larger than {limit} bytes.',
    meaning:
      'Each operation bounds its body by what it needs: 4 KiB where no key is asked for or no body is read, 256 KiB for one thing, the setting `api.bodyLimit` for lists; imports are streams and bound their lines.',
  },
  unsupported_media_type: {
    status: 415,
    message: 'The content type {type} is not read here; send {allowed}.',
    meaning: 'The Content-Type header names a format that this route does not read.',
  },
  invalid_payload: {
    status: 422,
    message: '{action}: {description}',
    meaning:
      'The payload breaks the OCPP schema of the action; nothing was sent. `details.path` names the member, `details.ocppCode` the error code that a CALLERROR would carry.',
  },
  invalid_body: {
    status: 422,
    message: 'The request body is not as it should be: {problem}.',
    meaning:
      'The body is JSON but breaks the schema of the resource. `details.problems` lists members and what is allowed, at most 20; of a body with many members, the first.',
  },
  likely_refused: {
    status: 422,
    message: 'Charge point {id} is expected to refuse this: {reasons}.',
    meaning:
      'What is known of the charge point, or the standard, speaks against the request. Nothing was sent; with `force=true` it is. `details.warnings` lists the reasons.',
  },
  weak_password: {
    status: 422,
    message: 'This password {problem}.',
    meaning: 'Whoever knows the user would guess it soon. Nothing was changed.',
  },
  changed_meanwhile: {
    status: 412,
    message: 'It was changed since it was read, or is not what was expected.',
    meaning:
      'The request said by `If-Match` or `If-None-Match` what it takes to be there, and something else is. Nothing was changed; read it again. ' +
      '`details.version` is what is there now, null where nothing is.',
  },
  idempotency_key_reused: {
    status: 422,
    message: 'The Idempotency-Key was used for another request.',
    meaning:
      'The same key came before with another charge point, action or body. Nothing was sent; use a new key.',
  },
  too_many_attempts: {
    status: 429,
    message: 'Too many failed attempts; try again in {seconds} s.',
    meaning:
      'Failed log-ins and wrong keys are limited per address, and wrong passwords per name, too. `Retry-After` says when the next one may be tried. Keys that were used from this address before are not affected.',
  },
  security_prerequisites_missing: {
    status: 409,
    message: 'Charge point {id} cannot connect with security profile {profile} yet: {reasons}.',
    meaning:
      'A profile takes a key (1, 2), an endpoint with TLS and a root certificate at the charge point (2, 3), a client certificate (3). Nothing was sent or changed; `details.missing` says what is missing, as far as Farad knows. With `force=true` ' +
      'it goes ahead all the same.',
  },
  security_profile_lowered: {
    status: 409,
    message: 'This would lower the security profile of charge point {id}.',
    meaning:
      'Settings can raise a profile only. To lower it for one charge point, an admin says why: PUT /charge-points/{id}/security.',
  },
  reason_missing: {
    status: 409,
    message: 'To lower the security of charge point {id} takes a `reason`.',
    meaning: 'Nothing was changed. The reason is kept in the audit trail.',
  },
  security_profile_not_raised: {
    status: 409,
    message: 'The security profile of charge point {id} is {current}, and OCPP can only raise it.',
    meaning:
      'A ChangeConfiguration of SecurityProfile must have a value from 1 to 3 that is higher than the present profile (security whitepaper ed. 3 A05.FR.01). Nothing was sent. Lower it at the charge ' +
      'point itself, and here with PUT /charge-points/{id}/security.',
  },
  queue_full: {
    status: 429,
    message: 'Too many calls wait for charge point {id}.',
    meaning:
      'The setting `ocpp.callQueue` bounds the calls that wait for one charge point. Nothing was sent.',
  },
  headers_too_large: {
    status: 431,
    message: 'The request headers are too large.',
    meaning: 'Headers together are bound to 16 KiB.',
  },
  internal_error: {
    status: 500,
    message: 'Farad failed to answer; its log has the reason.',
    meaning: 'A fault in Farad. The log line carries the same `details.requestId`.',
  },
  connection_lost: {
    status: 502,
    message: 'The connection to charge point {id} was lost before it answered {action}.',
    meaning: 'The call was sent (or may have been); whether the charge point acted on it is unknown.',
  },
  process_unavailable: {
    status: 503,
    message: 'The {process} process of Farad cannot be reached right now.',
    meaning: 'A process of the gateway is starting again. Try again in some seconds.',
  },
  engine_unavailable: {
    status: 503,
    message: 'ClickHouse cannot be asked right now: {reason}.',
    meaning:
      'The engine behind the analytics is not there. Try again later; nothing that charge points sent is lost meanwhile.',
  },
  being_worked_out: {
    status: 503,
    message: 'This cannot be answered yet: {reason}.',
    meaning:
      'What the query needs is worked out ahead in the background and is not complete, as after an upgrade or a restore. The message says how far it is; try again later, or ask for a shorter time range.',
  },
  storage_full: {
    status: 503,
    message: 'Farad cannot write to its disk.',
    meaning:
      'What Farad has to keep about the call before it leaves (a job, a local list) could not be written. Nothing was sent.',
  },
  log_unavailable: {
    status: 503,
    message: 'The log of the cluster has not taken this within its time: {reason}.',
    meaning:
      'Farad runs on several machines, and their log in NATS cannot be reached, has no majority or is slow. Nothing is known to have changed, but it may yet take effect: look before you repeat it.',
  },
  behind: {
    status: 503,
    message: 'This node of the cluster has not come as far as `Farad-Position` within {seconds} s.',
    meaning:
      'Another node has answered you before, and this one does not know yet what that one knew: it is slow, or cut off from the log. Nothing was done. Try again in a second, or at another node.',
  },
  busy: {
    status: 503,
    message: 'Too many requests are under way: {what}.',
    meaning: 'A bound of the gateway is reached. Try again in some seconds.',
  },
  not_ready: {
    status: 503,
    message: 'Farad is not ready: {problems}.',
    meaning:
      'Something that charge points need is missing, cannot work or stands still: `details.processes` says which process and why. `details.degraded` lists what they do without.',
  },
  shutting_down: {
    status: 503,
    message: 'Farad is stopping.',
    meaning: 'The gateway is about to stop and takes no new requests.',
  },
  timeout: {
    status: 504,
    message: 'Charge point {id} did not answer {action} in time.',
    meaning:
      'The call was sent and no answer came within `ocpp.callTimeout`; whether the charge point acted on it is unknown. Where `details.sent` is ' +
      'false it waited for its turn all that time, and was not sent.',
  },
  time_limit: {
    status: 504,
    message: 'The query took too long: {reason}.',
    meaning: 'The setting `clickhouse.queryTimeout` bounds queries. Ask for a shorter time range.',
  },
} as const satisfies Record<string, ErrorDeclaration>;

export interface ErrorDeclaration {
  readonly status: number;
  readonly message: string;
  readonly meaning: string;
}

export type ErrorCode = keyof typeof errors;

type Placeholder<Template extends string> = Template extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholder<Rest>
  : never;

/** What fills the placeholders of an error's message. */
export type ErrorValues<Code extends ErrorCode> = Readonly<
  Record<Placeholder<(typeof errors)[Code]['message']>, string | number>
>;

/** The body of every answer that is not a success. */
export interface ErrorBody {
  readonly error: { readonly code: ErrorCode; readonly message: string; readonly details: object };
}

/** An expected refusal on its way to the client. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ErrorCode;
  readonly status: number;
  readonly details: object;

  constructor(code: ErrorCode, message: string, details: object) {
    super(message);
    this.code = code;
    this.status = errors[code].status;
    this.details = details;
  }
}

/** The error `code` with its message filled in; throw it from a route. */
export function apiError<Code extends ErrorCode>(
  code: Code,
  values: ErrorValues<Code>,
  details: object = {},
): ApiError {
  const known: Readonly<Record<string, string | number>> = values;
  const message = errors[code].message.replace(/\{(\w+)\}/g, (whole, name: string) =>
    String(known[name] ?? whole),
  );
  return new ApiError(code, message, details);
}

/** The refusal of whoever has failed too often. `Retry-After` comes from its details. */
export function tooManyAttempts(waitMs: number): ApiError {
  const seconds = Math.ceil(waitMs / 1000);
  return apiError('too_many_attempts', { seconds }, { seconds });
}

/** The same error with more details. */
export function withDetails(error: ApiError, details: object): ApiError {
  return new ApiError(error.code, error.message, { ...error.details, ...details });
}

/** Without the secrets that the request may have had. */
export function errorBody({ code, message, details }: ApiError): ErrorBody {
  return { error: redactJson({ code, message, details }) as ErrorBody['error'] };
}
