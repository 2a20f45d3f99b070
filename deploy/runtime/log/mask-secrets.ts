/** Names whose values never reach a log, at the top and one level down. Typed secrets mask themselves besides. */
const SECRET_NAMES: ReadonlySet<string> = new Set([
  'password', 'passphrase', 'secret', 'clientSecret', 'token', 'accessToken', 'authorization', 'Authorization', 'key', 'facadeKey', 'privateKey', 'configuration', 'configurationProperties',
]);
const MASK = '***';

type Fields = Readonly<Record<string, unknown>>;

/**
 * The fields of a log line with `***` for what is called a secret. Lines hardly ever have one, and are then handed back as they
 * are: pino's own redaction copies each of them, which was a seventh of all garbage of an agent that answers gets.
 */
export function withoutSecrets(fields: Fields): Record<string, unknown> {
  let masked: Record<string, unknown> | undefined;
  for (const name in fields) {
    const shown = SECRET_NAMES.has(name) ? MASK : within(fields[name]);
    if (shown !== fields[name]) (masked ??= { ...fields })[name] = shown;
  }
  return masked ?? fields;
}

function within(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  for (const name of Object.keys(value)) if (SECRET_NAMES.has(name)) return maskedMembers(value);
  return value;
}

/** An error stays one: what hides its secrets stands before it. */
function maskedMembers(value: object): object {
  const masks = Object.fromEntries(Object.keys(value).filter((name) => SECRET_NAMES.has(name)).map((name) => [name, MASK]));
  return value instanceof Error ? Object.assign(Object.create(value) as object, masks) : { ...value, ...masks };
}
