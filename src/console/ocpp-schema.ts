/** A JSON Schema, as far as OCPP's payloads use it. */
export interface Schema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly format?: string;
  readonly maxLength?: number;
  readonly multipleOf?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
}

/** A message that a Central System may send. */
export interface Action {
  readonly name: string;
  readonly schema: Schema;
  readonly example: Readonly<Record<string, unknown>>;
}
