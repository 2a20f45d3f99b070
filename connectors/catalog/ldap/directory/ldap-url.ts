/** An LDAP URL (RFC 4516). `host` may be empty; parts that are not there are undefined. */
export interface LdapUrl {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number | undefined;
  readonly dn: string | undefined;
  readonly scope: 'base' | 'one' | 'sub' | undefined;
  readonly filter: string | undefined;
}

const URL_FORM = /^(ldaps?):\/\/(\[[0-9a-fA-F:.]+\]|[^:/?#]*)(?::(\d{1,5}))?(?:\/([^?]*)(?:\?([^?]*))?(?:\?([^?]*))?(?:\?([^?]*))?(?:\?(.*))?)?$/i;

function decoded(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : decodeURIComponent(text);
}

/** Undefined when it is no LDAP URL, or has a critical extension. */
export function parseLdapUrl(text: string): LdapUrl | undefined {
  const match = URL_FORM.exec(text.trim());
  if (match === null) return undefined;
  const [, scheme = '', host = '', port, dn, , scope, filter, extensions = ''] = match;
  if (extensions.split(',').some((extension) => extension.startsWith('!'))) return undefined;
  const scopeName = scope?.toLowerCase();
  try {
    return {
      secure: scheme.toLowerCase() === 'ldaps',
      host: host.replace(/^\[|\]$/g, ''),
      port: port === undefined ? undefined : Number(port),
      dn: decoded(dn),
      scope: scopeName === 'base' || scopeName === 'one' || scopeName === 'sub' ? scopeName : undefined,
      filter: decoded(filter),
    };
  } catch {
    return undefined;
  }
}
