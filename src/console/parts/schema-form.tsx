import { localInput } from '../format.ts';
import type { Schema } from '../ocpp-schema.ts';
import { t } from '../words/words.ts';
import { TokenSuggestions } from './token-suggestions.tsx';

type Json = unknown;

/** Members that hold an idTag. */
const TAGS: ReadonlySet<string> = new Set(['idTag', 'parentIdTag']);

interface SchemaFieldProps {
  readonly name: string;
  readonly path: string;
  readonly schema: Schema;
  readonly value: Json;
  readonly required: boolean;
  readonly onChange: (value: Json) => void;
}

interface ObjectProps {
  readonly path: string;
  readonly schema: Schema;
  readonly value: Json;
  readonly onChange: (value: Readonly<Record<string, Json>>) => void;
}

/** The members of an object of a schema, with the standard's names; undefined members are left out. */
export function SchemaObject({ path, schema, value, onChange }: ObjectProps) {
  const members = (typeof value === 'object' && value !== null ? value : {}) as Readonly<
    Record<string, Json>
  >;
  const properties = Object.entries(schema.properties ?? {});
  if (properties.length === 0) return <p class="soft">{t('This message has no members.')}</p>;
  return (
    <>
      {properties.map(([name, member]) => (
        <SchemaField
          key={name}
          name={name}
          path={`${path}.${name}`}
          schema={member}
          value={members[name]}
          required={schema.required?.includes(name) ?? false}
          onChange={(changed) => onChange(withMember(members, name, changed))}
        />
      ))}
    </>
  );
}

function SchemaField(props: SchemaFieldProps) {
  const { schema } = props;
  if (schema.type === 'object') return <ObjectField {...props} />;
  if (schema.type === 'array') return <ListField {...props} />;
  return <PlainField {...props} />;
}

function ObjectField({ name, path, schema, value, required, onChange }: SchemaFieldProps) {
  if (value === undefined && !required) {
    return (
      <div class="field">
        <button type="button" class="link" onClick={() => onChange(blankOf(schema))}>
          {t('Add {name}', { name })}
        </button>
      </div>
    );
  }
  return (
    <fieldset class="field group">
      <legend>
        {name}
        {!required && <Remove name={name} onClick={() => onChange(undefined)} />}
      </legend>
      <SchemaObject path={path} schema={schema} value={value} onChange={onChange} />
    </fieldset>
  );
}

function ListField({ name, path, schema, value, required, onChange }: SchemaFieldProps) {
  const items = Array.isArray(value) ? (value as Json[]) : [];
  const item = schema.items ?? {};
  const change = (index: number, changed: Json) =>
    onChange(items.map((old, at) => (at === index ? changed : old)));
  return (
    <fieldset class="field group">
      <legend>
        {name}
        {!required && value !== undefined && <Remove name={name} onClick={() => onChange(undefined)} />}
      </legend>
      {items.map((entry, index) => (
        <div class="entry" key={index}>
          <SchemaField
            name={`${name} ${index + 1}`}
            path={`${path}.${index}`}
            schema={item}
            value={entry}
            required
            onChange={(changed) => change(index, changed)}
          />
          <Remove
            name={`${name} ${index + 1}`}
            onClick={() => onChange(items.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <button type="button" class="link" onClick={() => onChange([...items, blankOf(item)])}>
        {items.length === 0 ? t('Add {name}', { name }) : t('Add another')}
      </button>
    </fieldset>
  );
}

function PlainField({ name, path, schema, value, required, onChange }: SchemaFieldProps) {
  const id = `field${path}`;
  return (
    <div class="field">
      <label for={id}>
        {name} {!required && <i>{t('optional')}</i>}
      </label>
      <PlainInput
        id={id}
        schema={schema}
        value={value}
        required={required}
        onChange={onChange}
        {...(TAGS.has(name) && { list: `${id}-known` })}
      />
      {TAGS.has(name) && <TokenSuggestions id={`${id}-known`} text={String(value ?? '')} />}
    </div>
  );
}

function PlainInput({
  id,
  schema,
  value,
  required,
  onChange,
  list,
}: Omit<SchemaFieldProps, 'name' | 'path'> & { readonly id: string; readonly list?: string }) {
  const text = value === undefined || value === null ? '' : String(value);
  if (schema.enum) {
    return (
      <select id={id} value={text} onChange={(event) => onChange(event.currentTarget.value || undefined)}>
        {(!required || text === '') && <option value="">–</option>}
        {schema.enum.map((word) => (
          <option key={word}>{word}</option>
        ))}
      </select>
    );
  }
  if (schema.type === 'boolean') {
    return (
      <input
        id={id}
        type="checkbox"
        checked={value === true}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    );
  }
  if (schema.type === 'integer' || schema.type === 'number') {
    return (
      <input
        id={id}
        type="number"
        step={schema.type === 'integer' ? 1 : (schema.multipleOf ?? 'any')}
        value={text}
        onInput={(event) =>
          onChange(event.currentTarget.value === '' ? undefined : Number(event.currentTarget.value))
        }
      />
    );
  }
  if (schema.format === 'date-time') {
    const time = new Date(text);
    return (
      <input
        id={id}
        type="datetime-local"
        value={text === '' || Number.isNaN(time.getTime()) ? '' : localInput(time)}
        onInput={(event) => {
          const given = event.currentTarget.value;
          onChange(given === '' ? undefined : new Date(given).toISOString());
        }}
      />
    );
  }
  const long = (schema.maxLength ?? 0) > 1000;
  const onInput = (event: { currentTarget: { value: string } }) => {
    const given = event.currentTarget.value;
    onChange(given === '' && !required ? undefined : given);
  };
  return long ? (
    <textarea id={id} rows={4} maxLength={schema.maxLength} value={text} onInput={onInput} />
  ) : (
    <input
      id={id}
      type="text"
      list={list}
      autocomplete="off"
      spellcheck={false}
      maxLength={schema.maxLength}
      value={text}
      onInput={onInput}
    />
  );
}

function Remove({ name, onClick }: { readonly name: string; readonly onClick: () => void }) {
  return (
    <button type="button" class="link remove" aria-label={t('Remove {name}', { name })} onClick={onClick}>
      {t('remove')}
    </button>
  );
}

function withMember(
  members: Readonly<Record<string, Json>>,
  name: string,
  value: Json,
): Record<string, Json> {
  const changed = { ...members };
  if (value === undefined) delete changed[name];
  else changed[name] = value;
  return changed;
}

/** What an added part begins with: its required members, so far as they begin with anything. */
function blankOf(schema: Schema): Json {
  if (schema.type === 'array') return [];
  if (schema.type !== 'object') return schema.enum?.[0] ?? (schema.type === 'string' ? '' : 0);
  const required = schema.required ?? [];
  return Object.fromEntries(required.map((name) => [name, blankOf(schema.properties?.[name] ?? {})]));
}
