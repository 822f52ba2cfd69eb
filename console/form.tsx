import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import {
  emptyDraft,
  isJson,
  isMembers,
  isNullable,
  kindOf,
  readsJson,
  typesOf,
  type Draft,
} from './draft.ts';
import type { Schema } from './store.ts';
import { shortened, visible } from './text.ts';

/** What is wrong with a value, by its JSON pointer. */
export type Problems = ReadonlyMap<string, string>;

type FieldProps = {
  schema: Schema;
  /** Its JSON pointer, which is also its id. */
  path: string;
  label: string;
  required?: boolean;
  secret?: boolean;
  draft: Draft;
  onChange: (draft: Draft) => void;
  problems: Problems;
  /** A button beside the label. */
  action?: ComponentChildren;
};

/** The fields of all members of an object. */
export function Fields({
  schema,
  path = '',
  secrets = [],
  draft,
  onChange,
  problems,
}: {
  schema: Schema;
  path?: string;
  secrets?: readonly string[];
  draft: Draft;
  onChange: (draft: Draft) => void;
  problems: Problems;
}): VNode {
  const members = isMembers(draft) ? draft : {};
  const properties = Object.entries(schema.properties ?? {});
  const required = schema.required ?? [];
  // Those that must be given come first.
  const sorted = [
    ...properties.filter(([name]) => required.includes(name)),
    ...properties.filter(([name]) => !required.includes(name)),
  ];
  return (
    <div class="fields">
      {sorted.map(([name, part]) => (
        <Field
          key={name}
          schema={part}
          path={`${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`}
          label={part.title ?? name}
          required={required.includes(name)}
          secret={secrets.includes(name)}
          draft={Object.hasOwn(members, name) ? members[name] : undefined}
          onChange={(value) => onChange({ ...members, [name]: value })}
          problems={problems}
        />
      ))}
    </div>
  );
}

function Field(props: FieldProps): VNode {
  const { schema, path, label, required = false, draft, onChange, problems, action } = props;
  const kind = kindOf(schema);
  const isGroup = (kind === 'array' || kind === 'object') && draft !== null;
  const problem = problemAt(problems, path, kind === 'any' || draft === null);
  const id = idOf(path);
  const described = [problem && `${id}-problem`, schema.description && `${id}-about`]
    .filter(Boolean)
    .join(' ');
  const marks = {
    id,
    'aria-describedby': described || undefined,
    'aria-invalid': problem !== undefined || undefined,
    'aria-required': required || undefined,
  };
  const heading = (
    <>
      <span class="name">{visible(shortened(label, 200))}</span>
      <span class="type">{typeText(schema)}</span>
      {required && <span class="required">required</span>}
    </>
  );
  const rest = (
    <>
      {problem !== undefined && (
        <p class="problem" id={`${id}-problem`}>
          {visible(problem)}
        </p>
      )}
      {schema.description && (
        <p class="about" id={`${id}-about`}>
          {visible(shortened(schema.description, 2000))}
        </p>
      )}
    </>
  );
  const buttons = (
    <span class="field-buttons">
      {isNullable(schema) && (
        <label class="null">
          <input
            type="checkbox"
            checked={draft === null}
            onChange={({ currentTarget }) => onChange(currentTarget.checked ? null : undefined)}
          />
          null
        </label>
      )}
      {action}
    </span>
  );
  if (isGroup) {
    return (
      <fieldset class="field group" id={id} tabIndex={-1} aria-describedby={described || undefined}>
        <legend>
          {heading}
          {buttons}
        </legend>
        {rest}
        {kind === 'array' ? <Items {...props} /> : <ObjectParts {...props} />}
      </fieldset>
    );
  }
  return (
    <div class={problem === undefined ? 'field' : 'field wrong'}>
      <div class="field-head">
        <label for={id}>{heading}</label>
        {buttons}
      </div>
      {draft === null ? <input {...marks} value="null" disabled /> : <Input {...props} marks={marks} />}
      {rest}
    </div>
  );
}

function ObjectParts({ schema, path, required, draft, onChange, problems }: FieldProps): VNode {
  if (draft === undefined && !required) {
    return (
      <button type="button" class="quiet" onClick={() => onChange({})}>
        Add it
      </button>
    );
  }
  return <Fields {...{ schema, path, draft, onChange, problems }} />;
}

function Items({ schema, path, label, draft, onChange, problems }: FieldProps): VNode {
  const items = Array.isArray(draft) ? draft : [];
  const part = schema.items ?? {};
  const change = (next: Draft[]): void => onChange(next.length > 0 ? next : undefined);
  return (
    <div class="items">
      {items.map((item, index) => (
        <Field
          key={index}
          schema={part}
          path={`${path}/${index}`}
          label={String(index + 1)}
          draft={item}
          onChange={(value) => change(items.with(index, value))}
          problems={problems}
          action={
            <button
              type="button"
              class="quiet"
              aria-label={`Remove item ${index + 1} of ${visible(label)}`}
              onClick={() => change(items.toSpliced(index, 1))}
            >
              Remove
            </button>
          }
        />
      ))}
      <button
        type="button"
        class="quiet"
        aria-label={`Add an item to ${visible(label)}`}
        onClick={() => change([...items, emptyDraft(part)])}
      >
        Add an item
      </button>
    </div>
  );
}

type Marks = Record<string, string | boolean | undefined>;

function Input({ schema, secret, draft, onChange, marks, required }: FieldProps & { marks: Marks }): VNode {
  const text = typeof draft === 'string' ? draft : '';
  const onText = ({ currentTarget: { value } }: { currentTarget: { value: string } }): void =>
    onChange(value === '' ? undefined : value);
  const placeholder = placeholderOf(schema);
  switch (kindOf(schema)) {
    case 'enum':
      return (
        <select {...marks} value={text} onChange={onText}>
          {(!required || text === '') && <option value="">{placeholder || '–'}</option>}
          {schema.enum?.map((value, index) => (
            <option key={index} value={String(index)}>
              {visible(shortened(typeof value === 'string' ? value : JSON.stringify(value), 200))}
            </option>
          ))}
        </select>
      );
    case 'boolean':
      return (
        <select {...marks} value={text} onChange={onText}>
          <option value="">{placeholder || '–'}</option>
          <option value="true">true</option>
          <option value="false">false</option>
        </select>
      );
    case 'number':
      return (
        <input
          {...marks}
          class="number"
          inputMode="decimal"
          autocomplete="off"
          value={text}
          placeholder={placeholder}
          onInput={onText}
        />
      );
    case 'any':
      return (
        <>
          <Growing marks={marks} text={text} placeholder={placeholder || 'text or JSON'} onText={onText} />
          {text !== '' && <p class="note">Sent as {isJson(text) ? kindOfJson(text) : 'text'}</p>}
        </>
      );
    default:
      if (secret)
        return <input {...marks} type="password" autocomplete="off" value={text} onInput={onText} />;
      return isShort(schema) ? (
        <input
          {...marks}
          type="text"
          autocomplete="off"
          spellcheck={false}
          value={text}
          placeholder={placeholder}
          onInput={onText}
        />
      ) : (
        <Growing marks={marks} text={text} placeholder={placeholder} onText={onText} />
      );
  }
}

/** A field for text that is as high as its text, up to a limit. */
function Growing({
  marks,
  text,
  placeholder,
  onText,
}: {
  marks: Marks;
  text: string;
  placeholder: string;
  onText: (event: { currentTarget: { value: string } }) => void;
}): VNode {
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    const { current } = area;
    if (current) current.rows = Math.min(14, Math.max(1, text.split('\n', 15).length));
  }, [text]);
  return (
    <textarea
      {...marks}
      ref={area}
      rows={1}
      spellcheck={false}
      autocomplete="off"
      value={text}
      placeholder={placeholder}
      onInput={onText}
    />
  );
}

/** Short names and words need one line; other text may have several. */
function isShort({ format, maxLength, pattern }: Schema): boolean {
  return format !== undefined || pattern !== undefined || (maxLength !== undefined && maxLength <= 1024);
}

function problemAt(problems: Problems, path: string, withParts: boolean): string | undefined {
  const own = problems.get(path);
  if (own !== undefined || !withParts) return own;
  for (const [at, message] of problems)
    if (at.startsWith(`${path}/`)) return `${at.slice(path.length)} ${message}`;
  return undefined;
}

/** Returns the id of the field of a path. */
export function idOf(path: string): string {
  return `field${path.replaceAll(/[^\w/~-]/g, (character) => `.${character.codePointAt(0) ?? 0}`)}`;
}

function placeholderOf(schema: Schema): string {
  if (schema.default !== undefined)
    return `default: ${visible(shortened(JSON.stringify(schema.default), 80))}`;
  const example = schema.examples?.[0];
  if (example !== undefined) {
    const text = typeof example === 'string' && !readsJson(schema) ? example : JSON.stringify(example);
    return `for example ${visible(shortened(text, 80))}`;
  }
  return FORMATS[schema.format ?? ''] ?? '';
}

/** A value of each format. */
export const FORMATS: Readonly<Record<string, string>> = {
  'date-time': '2026-01-31T12:00:00Z',
  date: '2026-01-31',
  time: '12:00:00Z',
  email: 'ada@example.com',
  uri: 'https://example.com/',
  uuid: '5f0c6d1e-6f6e-4a43-9b51-0b8f9a3b9a3e',
};

function typeText(schema: Schema): string {
  const types = typesOf(schema).filter((type) => type !== 'null');
  const range = [
    schema.minimum !== undefined && `≥ ${schema.minimum}`,
    schema.maximum !== undefined && `≤ ${schema.maximum}`,
  ].filter(Boolean);
  return [types.join(' or ') || (schema.enum ? 'one of' : 'any value'), schema.format, ...range]
    .filter(Boolean)
    .map((part) => visible(shortened(String(part), 60)))
    .join(' · ');
}

function kindOfJson(text: string): string {
  const value: unknown = JSON.parse(text);
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
