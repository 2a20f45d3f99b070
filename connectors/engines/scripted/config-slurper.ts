import { ConnectorError } from '../../../protocol/model/index.js';
import { SettingsScanner } from './settings-scanner.js';

/** A setting's value; whole numbers and decimals are numbers. */
export type Setting = string | number | boolean | null | readonly Setting[] | Settings;
export type Settings = Map<string, Setting>;

const DEEPEST = 32;

function refuse(line: number, what: string): never {
  throw new ConnectorError('configuration', `Line ${line}: ${what}.`);
}

/**
 * Reads settings: JSON where the text begins with a brace, else the part of Groovy's ConfigSlurper that settings are written in.
 *
 * ```
 * kadmin { cmd = '/usr/sbin/kadmin.local'; user = "admin/admin" }     // blocks, also within blocks
 * kadmin.realm = 'EXAMPLE.COM'                                        // the same block
 * retries = 3; strict = true; hosts = ['a', 'b']; ports = [web: 443]   // numbers, true, false, null, lists, maps
 * ```
 *
 * Separators are line ends and `;`; comments are those of Groovy. Anything that would have to be run (expressions, `${…}`, `environments`
 * by name) is refused. Throws `configuration` with the line and never with a text of it: it may be a secret.
 */
export function parseSettings(text: string): Settings {
  if (text.trimStart().startsWith('{')) return jsonSettings(text);
  const scanner = new SettingsScanner(text, refuse);
  const settings: Settings = new Map();
  statements(scanner, settings, 0);
  return settings;
}

function statements(scanner: SettingsScanner, into: Settings, depth: number): void {
  if (depth > DEEPEST) refuse(scanner.line, `blocks are nested deeper than ${DEEPEST}`);
  for (;;) {
    scanner.skipSeparators();
    if (scanner.isAtEnd) {
      if (depth > 0) refuse(scanner.line, 'a block is not closed: } is missing');
      return;
    }
    if (scanner.take('}')) {
      if (depth === 0) refuse(scanner.line, 'there is a } without its {');
      return;
    }
    statement(scanner, into, depth);
    if (!scanner.isAtStatementEnd()) refuse(scanner.line, 'after a setting there has to be a new line or ;');
  }
}

function statement(scanner: SettingsScanner, into: Settings, depth: number): void {
  const path = [scanner.name()];
  while (scanner.take('.')) path.push(scanner.name());
  const last = path.pop() ?? '';
  const target = path.reduce((settings, name) => blockIn(settings, name), into);
  scanner.skipBlanks();
  if (scanner.take('=')) {
    scanner.skipBlanks();
    target.set(last, value(scanner, depth));
  } else if (scanner.take('{')) {
    if (depth === 0 && path.length === 0 && last === 'environments') refuse(scanner.line, 'environments { } chooses settings by a name that nobody gives here: write the settings without it');
    statements(scanner, blockIn(target, last), depth + 1);
  } else refuse(scanner.line, 'a name has to be followed by = and a value, or by a block in { }');
}

function blockIn(settings: Settings, name: string): Settings {
  const known = settings.get(name);
  if (known instanceof Map) return known;
  const block: Settings = new Map();
  settings.set(name, block);
  return block;
}

function value(scanner: SettingsScanner, depth: number): Setting {
  if (depth > DEEPEST) refuse(scanner.line, `values are nested deeper than ${DEEPEST}`);
  if (scanner.isAtText()) return scanner.text();
  if (scanner.take('[')) return collection(scanner, depth + 1);
  return scanner.numberOrWord();
}

/** After `[`: a list, or a map where names with `:` stand; `[:]` is an empty map. */
function collection(scanner: SettingsScanner, depth: number): Setting {
  const items: Setting[] = [];
  const entries: Settings = new Map();
  scanner.skipAll();
  if (scanner.take(':')) {
    scanner.skipAll();
    if (!scanner.take(']')) refuse(scanner.line, 'an empty map is [:]');
    return entries;
  }
  while (!scanner.take(']')) {
    const key = scanner.key();
    if (key === undefined) items.push(value(scanner, depth));
    else {
      scanner.skipAll();
      entries.set(key, value(scanner, depth));
    }
    scanner.skipAll();
    if (scanner.take(',')) scanner.skipAll();
    else if (!scanner.isAt(']')) refuse(scanner.line, 'in a list or map, , or ] is missing');
  }
  if (items.length > 0 && entries.size > 0) refuse(scanner.line, 'a list cannot hold names with :');
  return entries.size > 0 ? entries : items;
}

function jsonSettings(text: string): Settings {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // What JSON.parse says quotes the text.
    throw new ConnectorError('configuration', 'It begins like JSON but is none.');
  }
  return settingOf(parsed, 0) as Settings;
}

function settingOf(given: unknown, depth: number): Setting {
  if (depth > DEEPEST) throw new ConnectorError('configuration', `It is nested deeper than ${DEEPEST} levels.`);
  if (Array.isArray(given)) return given.map((item) => settingOf(item, depth + 1));
  if (typeof given === 'object' && given !== null) return new Map(Object.entries(given).map(([name, item]) => [name, settingOf(item, depth + 1)]));
  return given as string | number | boolean | null;
}
