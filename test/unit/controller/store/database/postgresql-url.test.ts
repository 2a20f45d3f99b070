import { describe, expect, it } from 'vitest';
import { parsePostgresqlUrl } from '../../../../../controller/store/database/postgresql/postgresql-url.js';

describe('the URL of a PostgreSQL', () => {
  it.each([
    ['mysql://u@h/d', 'must be a URL such as'], ['nonsense', 'must be a URL such as'], ['postgresql://u:geheim@h/d', 'must have no password'], ['postgresql://h/d', 'must name the user'],
    ['postgresql://u@h', 'must name one database'], ['postgresql://u@h/a/b', 'must name one database'], ['postgresql://u@h/d?options=-c', 'the parameter options'],
    ['postgresql://u@h/d?sslmode=prefer', 'an sslmode that is not known'], ['postgresql://u@h/d?sslmode=disable', 'for loopback only'],
  ])('%s is refused, and not repeated', (url, message) => {
    expect(() => parsePostgresqlUrl(url)).toThrow(message);
    expect(() => parsePostgresqlUrl(url)).not.toThrow('geheim');
  });

  it('verifies the server unless it is on loopback', () => {
    expect(parsePostgresqlUrl('postgresql://me@db.example/d')).toEqual({ host: 'db.example', port: 5_432, user: 'me', database: 'd', tls: 'verify-full', rootCertificate: undefined });
    expect(parsePostgresqlUrl('postgres://m%40e@[::1]:5433/d%20e')).toMatchObject({ host: '::1', port: 5_433, user: 'm@e', database: 'd e', tls: 'disable' });
    expect(parsePostgresqlUrl('postgresql://me@db.example/d?sslmode=verify-ca&sslrootcert=/ca.pem')).toMatchObject({ tls: 'verify-ca', rootCertificate: '/ca.pem' });
  });
});
