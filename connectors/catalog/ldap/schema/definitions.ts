/** Attribute types, object classes and content rules of RFC 4512 section 4.1, as far as they matter here. */
export interface AttributeType {
  readonly oid: string;
  readonly names: readonly string[];
  readonly superior: string | undefined;
  readonly equality: string | undefined;
  readonly ordering: string | undefined;
  readonly substrings: string | undefined;
  /** OID of the syntax, without a length. */
  readonly syntax: string | undefined;
  readonly singleValue: boolean;
  readonly noUserModification: boolean;
  /** USAGE is not userApplications. */
  readonly operational: boolean;
}

export interface LdapObjectClass {
  readonly oid: string;
  readonly names: readonly string[];
  readonly superiors: readonly string[];
  readonly kind: 'abstract' | 'structural' | 'auxiliary';
  readonly must: readonly string[];
  readonly may: readonly string[];
}

/** What entries of a structural class may hold besides what the class says. */
export interface ContentRule {
  /** Of the class. */
  readonly oid: string;
  readonly must: readonly string[];
  readonly may: readonly string[];
}

/** Definitions longer than this are passed over. */
const MAX_DEFINITION = 100_000;
/** A quote within a quoted string, which some servers do not escape, is not followed by a space or parenthesis. */
const TOKEN = /\s*(?:(\()|(\))|(\$)|'((?:[^'\\]|\\.|'(?![\s)]))*)'|([^\s()$']+))/y;

type Tokens = readonly string[];

/** Words of one definition, quotes removed; parentheses and `$` as themselves. Undefined when it is no definition. */
function tokens(text: string): Tokens | undefined {
  if (text.length > MAX_DEFINITION) return undefined;
  const found: string[] = [];
  const pattern = new RegExp(TOKEN);
  const end = text.trimEnd().length;
  while (pattern.lastIndex < end) {
    const match = pattern.exec(text);
    if (match === null) return undefined;
    const [, open, close, dollar, quoted, word] = match;
    found.push(open ?? close ?? dollar ?? quoted ?? word ?? '');
  }
  return found[0] === '(' && found.length > 2 ? found : undefined;
}

const FLAGS: ReadonlySet<string> = new Set(['OBSOLETE', 'SINGLE-VALUE', 'COLLECTIVE', 'NO-USER-MODIFICATION', 'ABSTRACT', 'STRUCTURAL', 'AUXILIARY']);
const KEYWORDS: ReadonlySet<string> = new Set(['NAME', 'DESC', 'SUP', 'EQUALITY', 'ORDERING', 'SUBSTR', 'SYNTAX', 'USAGE', 'AUX', 'MUST', 'MAY', 'NOT', ...FLAGS]);

interface Definition { readonly oid: string; readonly fields: ReadonlyMap<string, readonly string[]> }

/** Reads `( oid KEYWORD value KEYWORD ( value $ value ) FLAG … )`, unknown keywords included. */
function parseDefinition(text: string): Definition | undefined {
  const words = tokens(text);
  if (words === undefined) return undefined;
  // Old servers leave the OID out.
  const unnumbered = KEYWORDS.has(words[1] ?? '');
  const fields = new Map<string, readonly string[]>();
  let at = unnumbered ? 1 : 2;
  while (at < words.length && words[at] !== ')') {
    const keyword = words[at] ?? '';
    const { values, next } = FLAGS.has(keyword) ? { values: [], next: at + 1 } : valuesAt(words, at + 1);
    fields.set(keyword, values);
    at = next;
  }
  return { oid: unnumbered ? '' : words[1] ?? '', fields };
}

/** One value, or a list of them in parentheses. */
function valuesAt(words: Tokens, at: number): { readonly values: readonly string[]; readonly next: number } {
  if (words[at] === ')') return { values: [], next: at };
  if (words[at] !== '(') return { values: words.slice(at, at + 1), next: at + 1 };
  const close = words.indexOf(')', at);
  const end = close < 0 ? words.length : close;
  return { values: words.slice(at + 1, end).filter((word) => word !== '$'), next: end + 1 };
}

function namesOf({ oid, fields }: Definition): readonly string[] {
  const names = fields.get('NAME') ?? [];
  return names.length > 0 ? names : oid === '' ? [] : [oid];
}

export function parseAttributeType(text: string): AttributeType | undefined {
  const definition = parseDefinition(text);
  if (definition === undefined) return undefined;
  const { oid, fields } = definition;
  const first = (keyword: string): string | undefined => fields.get(keyword)?.[0];
  return {
    oid, names: namesOf(definition), superior: first('SUP'), equality: first('EQUALITY'), ordering: first('ORDERING'), substrings: first('SUBSTR'),
    syntax: first('SYNTAX')?.replace(/\{\d+\}$/, ''),
    singleValue: fields.has('SINGLE-VALUE'), noUserModification: fields.has('NO-USER-MODIFICATION'),
    operational: (first('USAGE') ?? 'userApplications') !== 'userApplications',
  };
}

export function parseObjectClass(text: string): LdapObjectClass | undefined {
  const definition = parseDefinition(text);
  if (definition === undefined) return undefined;
  const { oid, fields } = definition;
  return {
    oid, names: namesOf(definition), superiors: fields.get('SUP') ?? [],
    kind: fields.has('ABSTRACT') ? 'abstract' : fields.has('AUXILIARY') ? 'auxiliary' : 'structural',
    must: fields.get('MUST') ?? [], may: fields.get('MAY') ?? [],
  };
}

export function parseContentRule(text: string): ContentRule | undefined {
  const definition = parseDefinition(text);
  return definition === undefined ? undefined : { oid: definition.oid, must: definition.fields.get('MUST') ?? [], may: definition.fields.get('MAY') ?? [] };
}
