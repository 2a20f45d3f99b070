import type { RestRequest } from './rest.ts';

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** The same request for a shell; the password is asked for, not shown. */
export function curlOf({ method, path, body, headers = {} }: RestRequest, user: string): string {
  const lines = [
    `curl --user ${quoted(user)}`, ...(method === 'GET' ? [] : [`--request ${method}`]),
    ...Object.entries(headers).map(([name, value]) => `--header ${quoted(`${name}: ${value}`)}`),
    ...(body === undefined ? [] : ["--header 'Content-Type: application/json'", `--data ${quoted(JSON.stringify(body))}`]),
    quoted(`${location.origin}/openidm/${path}`),
  ];
  return lines.join(' \\\n  ');
}
