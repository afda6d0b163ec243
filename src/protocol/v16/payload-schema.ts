/**
 * The part of JSON Schema that the schemas of 1.6 use, references resolved. Objects allow no further members.
 */
export interface PayloadSchema {
  readonly type: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly properties?: { readonly [member: string]: PayloadSchema };
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly items?: PayloadSchema;
  readonly minItems?: number;
  readonly enum?: readonly string[];
  readonly format?: 'date-time' | 'uri';
  readonly maxLength?: number;
  readonly multipleOf?: number;
}
