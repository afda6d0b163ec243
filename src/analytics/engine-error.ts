/**
 * Whose fault it was:
 * - `rows`: something in the rows of an insert; the same rows will fail again.
 * - `time`, `memory`: a query that needed more than it may.
 * - `away`: no answer, or one that says to come back later. An insert may have happened all the same.
 * - `broken`: the embedded engine has ended itself; only a new process helps.
 * - `setup`: the engine is not there and will not come by waiting (not installed, database of a newer Farad).
 * - `other`: whatever else ClickHouse says.
 */
export type Fault = 'rows' | 'time' | 'memory' | 'away' | 'broken' | 'setup' | 'other';

/** Why ClickHouse did not do what it was asked. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly fault: Fault;
  /** ClickHouse's error code, where it gave one. */
  readonly code: number | undefined;

  constructor(fault: Fault, message: string, { code, cause }: { code?: number; cause?: unknown } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.fault = fault;
    this.code = code;
  }
}

/** Codes of src/Common/ErrorCodes.cpp that a value inside a row can cause. */
const ROWS_CODES = new Set([
  6, // CANNOT_PARSE_TEXT
  7, // INCORRECT_NUMBER_OF_COLUMNS
  25, // CANNOT_PARSE_ESCAPE_SEQUENCE
  26, // CANNOT_PARSE_QUOTED_STRING
  27, // CANNOT_PARSE_INPUT_ASSERTION_FAILED
  32, // ATTEMPT_TO_READ_AFTER_EOF
  33, // CANNOT_READ_ALL_DATA
  38, // CANNOT_PARSE_DATE
  41, // CANNOT_PARSE_DATETIME
  53, // TYPE_MISMATCH
  69, // ARGUMENT_OUT_OF_BOUND
  70, // CANNOT_CONVERT_TYPE
  72, // CANNOT_PARSE_NUMBER
  117, // INCORRECT_DATA
  130, // CANNOT_READ_ARRAY_FROM_TEXT
  131, // TOO_LARGE_STRING_SIZE
  321, // VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE
  349, // CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN
  407, // DECIMAL_OVERFLOW
  441, // CANNOT_PARSE_DOMAIN_VALUE_FROM_STRING
  467, // CANNOT_PARSE_BOOL
  469, // VIOLATED_CONSTRAINT
]);

/** Codes that concern the engine or its tables whatever the rows are; an insert waits until they pass. */
const STANDING_CODES = new Set([
  8, // THERE_IS_NO_COLUMN
  10, // NOT_FOUND_COLUMN_IN_BLOCK
  16, // NO_SUCH_COLUMN_IN_TABLE
  24, // CANNOT_WRITE_TO_OSTREAM
  47, // UNKNOWN_IDENTIFIER
  60, // UNKNOWN_TABLE
  62, // SYNTAX_ERROR
  74, // CANNOT_READ_FROM_FILE_DESCRIPTOR
  75, // CANNOT_WRITE_TO_FILE_DESCRIPTOR
  76, // CANNOT_OPEN_FILE
  77, // CANNOT_CLOSE_FILE
  81, // UNKNOWN_DATABASE
  83, // DIRECTORY_DOESNT_EXIST
  84, // DIRECTORY_ALREADY_EXISTS
  88, // CANNOT_TRUNCATE_FILE
  95, // CANNOT_READ_FROM_SOCKET
  96, // CANNOT_WRITE_TO_SOCKET
  107, // FILE_DOESNT_EXIST
  115, // UNKNOWN_SETTING
  159, // TIMEOUT_EXCEEDED
  164, // READONLY
  172, // CANNOT_CREATE_DIRECTORY
  173, // CANNOT_ALLOCATE_MEMORY
  192, // UNKNOWN_USER
  193, // WRONG_PASSWORD
  198, // DNS_ERROR
  201, // QUOTA_EXCEEDED
  202, // TOO_MANY_SIMULTANEOUS_QUERIES
  203, // NO_FREE_CONNECTION
  204, // CANNOT_FSYNC
  209, // SOCKET_TIMEOUT
  210, // NETWORK_ERROR
  214, // CANNOT_STATVFS
  218, // TABLE_IS_DROPPED
  225, // NO_ZOOKEEPER
  236, // ABORTED
  241, // MEMORY_LIMIT_EXCEEDED
  242, // TABLE_IS_READ_ONLY
  243, // NOT_ENOUGH_SPACE
  252, // TOO_MANY_PARTS
  254, // NO_ACTIVE_REPLICAS
  279, // ALL_CONNECTION_TRIES_FAILED
  285, // TOO_FEW_LIVE_REPLICAS
  286, // UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE
  291, // DATABASE_ACCESS_DENIED
  294, // CANNOT_WRITE_TO_FILE
  297, // SHARD_HAS_NO_CONNECTIONS
  319, // UNKNOWN_STATUS_OF_INSERT
  384, // PART_IS_TEMPORARILY_LOCKED
  394, // QUERY_WAS_CANCELLED
  400, // CANNOT_STAT
  424, // CANNOT_LINK
  425, // SYSTEM_ERROR
  439, // CANNOT_SCHEDULE_TASK
  458, // CANNOT_UNLINK
  497, // ACCESS_DENIED
  499, // S3_ERROR
  500, // AZURE_BLOB_STORAGE_ERROR
  516, // AUTHENTICATION_FAILED
  519, // NO_REMOTE_SHARD_AVAILABLE
  521, // ATOMIC_RENAME_FAIL
  531, // CANNOT_FSTAT
  566, // CANNOT_RMDIR
  586, // CANNOT_CREATE_FILE
  641, // CANNOT_APPEND_TO_FILE
  700, // USER_SESSION_LIMIT_EXCEEDED
  733, // TABLE_IS_BEING_RESTARTED
  735, // QUERY_WAS_CANCELLED_BY_CLIENT
  745, // SERVER_OVERLOADED
  749, // TCP_CONNECTION_LIMIT_REACHED
  762, // HTTP_CONNECTION_LIMIT_REACHED
  774, // TABLE_IS_PERMANENTLY_READ_ONLY
  778, // MEMORY_RESERVATION_FAILED
  904, // TOO_MANY_UNAVAILABLE_SHARDS
  999, // KEEPER_EXCEPTION
]);

/** A full disk by another code: that of the file system's own exceptions (1001) says nothing. */
const NO_SPACE = /No space left on device|Disk quota exceeded|errno: (28|122)\b/;

const TOO_MANY_PARTS = 252;
const ABORTED = 236;

/** Sorts an exception of ClickHouse by its code; some codes mean two things, and then the text decides. */
export function engineErrorOf(code: number | undefined, message: string, cause?: unknown): EngineError {
  const details = { ...(code !== undefined && { code }), ...(cause !== undefined && { cause }) };
  return new EngineError(faultOf(code, message), reasonIn(message, code), details);
}

/** True for an error that no row can have caused. */
export function isStanding(error: EngineError): boolean {
  if (error.fault === 'rows') return false;
  if (NO_SPACE.test(error.message)) return true;
  return error.fault !== 'other' || error.code === undefined || STANDING_CODES.has(error.code);
}

/** Codes of a read that came upon a part whose files end too early. */
const BROKEN_PART_CODES = new Set([
  32, // ATTEMPT_TO_READ_AFTER_EOF
  33, // CANNOT_READ_ALL_DATA
  40, // CHECKSUM_DOESNT_MATCH
  246, // CORRUPTED_DATA
  271, // CANNOT_DECOMPRESS
]);

/** Whether a query may have failed because a part of its table is broken. */
export function isOfBrokenPart({ code }: EngineError): boolean {
  return code !== undefined && BROKEN_PART_CODES.has(code);
}

function faultOf(code: number | undefined, message: string): Fault {
  switch (code) {
    case undefined:
      return 'other';
    // One code for two things: rows of more than 100 months in one insert, and merges that cannot keep up.
    case TOO_MANY_PARTS:
      return message.includes('single INSERT block') ? 'rows' : 'away';
    case ABORTED:
      return message.includes('shutting down') ? 'broken' : 'other';
    case 159: // TIMEOUT_EXCEEDED
    case 160: // TOO_SLOW
    case 394: // QUERY_WAS_CANCELLED
      return 'time';
    case 173: // CANNOT_ALLOCATE_MEMORY
    case 241: // MEMORY_LIMIT_EXCEEDED
    case 307: // TOO_MANY_BYTES
    case 158: // TOO_MANY_ROWS
    case 396: // TOO_MANY_ROWS_OR_BYTES
      return 'memory';
    case 202: // TOO_MANY_SIMULTANEOUS_QUERIES
    case 209: // SOCKET_TIMEOUT
    case 210: // NETWORK_ERROR
      return 'away';
    default:
      return ROWS_CODES.has(code) ? 'rows' : 'other';
  }
}

/** What matters of an exception: its first line. What follows is a dump of the row, which is kept anyway. */
function reasonIn(message: string, code: number | undefined): string {
  const end = message.search(/\s*:?\s*\n/);
  const line = (end < 0 ? message : message.slice(0, end)).replace(/^Code: \d+\. DB::Exception: /, '');
  return `${code === undefined ? '' : `ClickHouse error ${code}: `}${line.trim()}`.slice(0, 1000);
}
