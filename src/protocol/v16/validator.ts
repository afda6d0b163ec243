/** What a generated validator leaves behind when it returns false: the first violation that it met. */
export interface SchemaError {
  /** JSON pointer of the offending value, `""` for the payload itself. */
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** A generated validator: synchronous, so `errors` belongs to the call just made. */
export interface Validator {
  (payload: unknown): boolean;
  errors?: readonly SchemaError[] | null;
}
