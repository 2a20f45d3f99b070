import type { GuardedString } from '../../protocol/model/index.js';
import { closestWord } from './closest-word.js';
import { ImportDraft, type ImportNote, type Settings } from './import-draft.js';
import { IMPORT_RULES } from './import-rules.js';
import { parseJavaProperties } from './java-properties.js';

/** A Java connector server's configuration as ours. */
export interface ImportedConfig {
  /** For a YAML file; secrets are references to `secrets/<file name>`. */
  readonly settings: Settings;
  /** File name → secret. */
  readonly secrets: ReadonlyMap<string, GuardedString>;
  /** One for each property of the file, in the file's order. */
  readonly notes: readonly ImportNote[];
}

const PREFIX = 'connectorserver.';
/** Whoever has a Java server has a Java controller, and those of before know no TLS 1.3. */
const JAVA_PEER = { minVersion: 'TLSv1.2' } as const;
const JVM_PREFIX = 'javax.net.ssl.';

/** Maps a `ConnectorServer.properties` (decoded as ISO-8859-1). Throws a SyntaxError for a file Java could not read either. */
export function importJavaProperties(text: string): ImportedConfig {
  const all = new Map<string, string>();
  const draft = new ImportDraft();
  const properties = parseJavaProperties(text);
  for (const [name, value] of properties) {
    if (value.trim() !== '') all.set(shortName(name) ?? name, value.trim());
  }
  for (const name of properties.keys()) {
    const short = shortName(name);
    draft.notes.push({ property: name, ...(short === undefined ? foreign(name) : apply(short, draft, all)) });
  }
  return { settings: assemble(draft), secrets: draft.secrets, notes: draft.notes };
}

function shortName(property: string): string | undefined {
  if (property.startsWith(PREFIX)) return property.slice(PREFIX.length);
  return property.startsWith(JVM_PREFIX) ? property.slice(JVM_PREFIX.length) : undefined;
}

function foreign(property: string): Omit<ImportNote, 'property'> {
  return property === 'ClientConnectionManagerFactoryClass'
    ? { outcome: 'dropped', text: 'names a Java class; the Java server ignores it as well' }
    : { outcome: 'refused', text: 'is no property of a connector server; remove it' };
}

function apply(name: string, draft: ImportDraft, all: ReadonlyMap<string, string>): Omit<ImportNote, 'property'> {
  const rule = Object.hasOwn(IMPORT_RULES, name) ? IMPORT_RULES[name] : undefined;
  const value = all.get(name);
  if (rule !== undefined) return value === undefined ? { outcome: 'dropped', text: 'is empty, which is as good as absent' } : rule(value, draft, all);
  const meant = closestWord(name, Object.keys(IMPORT_RULES));
  return { outcome: 'refused', text: meant === undefined ? 'is not known; see agent/config/example.yaml for what there is' : `is not known; did you mean ${PREFIX}${meant}?` };
}

function assemble(draft: ImportDraft): Settings {
  const settings: Settings = { agent: { name: 'agent', ...draft.agent } };
  if (draft.urls.length > 0) {
    const auth = authOf(draft);
    settings['controllers'] = draft.urls.map((url) => ({ url, ...draft.controller, ...(auth === undefined ? {} : { auth }) }));
    const isEncrypted = draft.urls.some((url) => /^(wss|https):/i.test(url));
    if (hasAny(draft.tls) || isEncrypted) settings['tls'] = { ...draft.tls, ...(isEncrypted ? JAVA_PEER : {}) };
    if (hasAny(draft.proxy)) settings['proxy'] = { port: 80, ...draft.proxy };
  } else {
    settings['listeners'] = [{ ...draft.listener, ...(hasAny(draft.tls) ? { tls: { ...draft.tls, ...JAVA_PEER } } : {}) }];
  }
  if (hasAny(draft.session)) settings['session'] = draft.session;
  return settings;
}

/** The commercial server prefers OAuth where both are given. */
function authOf(draft: ImportDraft): Settings | undefined {
  if (hasAny(draft.oauth)) {
    if (hasAny(draft.basic)) {
      draft.secrets.delete('controller.pass');
      draft.notes.push({ property: `${PREFIX}principal`, outcome: 'dropped', text: 'OAuth 2 is configured and is used instead of principal and password' });
    }
    return { oauth: draft.oauth };
  }
  return hasAny(draft.basic) ? draft.basic : undefined;
}

function hasAny(settings: Settings): boolean {
  return Object.keys(settings).length > 0;
}
