import { describe, expect, it } from 'vitest';
import { jdbcTargets, parseJdbcUrl } from '../../../../connectors/engines/sql/jdbc-url.js';
import { connectionProperties } from '../../../../connectors/engines/sql/pool-settings.js';

const brief = (url: string) => {
  const { dialect, servers, database, instance, connectString, directory } = parseJdbcUrl(url);
  return [dialect, servers.map(({ host, port }) => `${host}:${port}`).join(), database ?? instance ?? connectString ?? directory];
};

describe('JDBC addresses', () => {
  it('[database-table 4] are understood as existing provisioner files have them, by vendor', () => {
    expect(brief('jdbc:mysql://localhost:3306/contractordb?serverTimezone=UTC')).toEqual(['mysql', 'localhost:3306', 'contractordb']);
    expect(parseJdbcUrl('jdbc:mysql://localhost:3306/contractordb?serverTimezone=UTC').parameters.get('servertimezone')).toBe('UTC');
    expect(brief('jdbc:oracle:thin:@//localhost:3306/contractordb')).toEqual(['oracle', 'localhost:3306', 'contractordb']);
    expect(parseJdbcUrl('jdbc:oracle:thin:@//localhost:3306/contractordb').connectString).toBe('localhost:3306/contractordb');
  });

  it('name servers, database and parameters, with the ports the vendors have', () => {
    expect(brief('jdbc:postgresql://db.example.com/hr?ssl=true&sslmode=verify-full')).toEqual(['postgresql', 'db.example.com:5432', 'hr']);
    expect(brief('jdbc:postgresql://a:1,[::1]:2/hr')).toEqual(['postgresql', 'a:1,::1:2', 'hr']);
    expect(brief('jdbc:postgresql:hr')).toEqual(['postgresql', 'localhost:5432', 'hr']);
    expect(brief('jdbc:mariadb:replication://a,b:3307/hr')).toEqual(['mariadb', 'a:3306,b:3307', 'hr']);
    expect(brief('jdbc:sqlserver://db.example.com:1444;databaseName=hr;encrypt=true')).toEqual(['sqlserver', 'db.example.com:1444', 'hr']);
    expect(brief('jdbc:sqlserver://db\\SQLEXPRESS;encrypt=false')).toEqual(['sqlserver', 'db:1433', 'SQLEXPRESS']);
    expect(parseJdbcUrl('jdbc:sqlserver://;serverName=db;portNumber=1500;password={a;b}}c}').parameters.get('password')).toBe('a;b}c');
    expect(brief('jdbc:sqlserver://;serverName=db;portNumber=1500')).toEqual(['sqlserver', 'db:1500', undefined]);
    expect(brief('jdbc:sqlserver://;serverName=3ffe:8311:eeee:f70f:0:5eae:10.203.31.9\\hr;databaseName=people')).toEqual(['sqlserver', '3ffe:8311:eeee:f70f:0:5eae:10.203.31.9:1433', 'people']);
    expect(parseJdbcUrl('jdbc:sqlserver://;serverName=db\\hr').instance).toBe('hr');
    expect(brief('jdbc:sqlserver://[::1]:1500;failoverPartner=other;databaseName=hr')).toEqual(['sqlserver', '::1:1500,other:1433', 'hr']);
    expect(brief('jdbc:jtds:sqlserver://db:1433/hr;instance=X')).toEqual(['sqlserver', 'db:1433', 'hr']);
    expect(parseJdbcUrl('jdbc:oracle:thin:@db:1522:ORCL').connectString).toBe('(DESCRIPTION=(ADDRESS=(PROTOCOL=TCP)(HOST=db)(PORT=1522))(CONNECT_DATA=(SID=ORCL)))');
    expect(parseJdbcUrl('jdbc:oracle:thin:@tcps://db:2484/hr').connectString).toBe('tcps://db:2484/hr');
    expect(brief('jdbc:oracle:thin:@(DESCRIPTION=(ADDRESS=(PROTOCOL=TCP)(HOST=a)(PORT=1))(ADDRESS=(HOST=b)(PORT=2))(CONNECT_DATA=(SERVICE_NAME=hr)))')).toEqual(['oracle', 'a:1,b:2', 'hr']);
    expect(parseJdbcUrl('jdbc:oracle:thin:@[::1]:1522/hr').connectString).toBe('[::1]:1522/hr');
    expect(brief('jdbc:oracle:thin:@tcps://a:2484,b:2485/hr')).toEqual(['oracle', 'a:2484,b:2485', 'hr']);
    expect(brief('jdbc:sap://db:30015/?databaseName=HXE')).toEqual(['hana', 'db:30015', 'HXE']);
    expect(parseJdbcUrl('jdbc:sap://a:30015;b:30015/?password=x;y').parameters.get('password')).toBe('x;y');
    expect(brief('jdbc:pglite:/var/lib/x')).toEqual(['embedded', '', '/var/lib/x']);
  });

  it('are refused where they lead nowhere, without showing what may be secret in them', () => {
    for (const [url, why] of [
      ['mysql://x/y', /JDBC address/], ['jdbc:h2:mem:x', /H2 .* jdbc:pglite/], ['jdbc:sqlite:x', /SQLite/], ['jdbc:unknown:x', /is not understood/],
      ['jdbc:mysql:x', /needs \/\/host:port/], ['jdbc:postgresql://user:s3cret@host/db', /property username/], ['jdbc:oracle:thin:scott/s3cret@//h/s', /properties username and password/],
      ['jdbc:oracle:thin:@ORCL', /tnsnames/], ['jdbc:postgresql://host:99999/x', /99999 is no port/], ['jdbc:pglite:', /needs a directory/],
    ] as const) {
      expect(() => parseJdbcUrl(url)).toThrow(why);
      expect(() => parseJdbcUrl(url)).not.toThrow(/s3cret/);
    }
  });

  it('tell policy where they lead', () => {
    expect(jdbcTargets('jdbc:postgresql://a:1,b/hr')).toEqual([{ host: 'a', port: 1 }, { host: 'b', port: 5432 }]);
    expect(jdbcTargets('jdbc:pglite:/x')).toEqual([{ path: '/x' }]);
    expect(jdbcTargets('jdbc:pglite:memory')).toEqual([]);
  });

  it.each([
    ['a host beside the one that shows', '(DESCRIPTION=(ADDRESS=(HOST=a)(PORT=1))(ADDRESS=(HOST= "b")(PORT="2")))'],
    ['a quoted host', '(DESCRIPTION=(ADDRESS=(HOST="b")(PORT=1)))'],
    ['a second host of one address', '(DESCRIPTION=(ADDRESS=(HOST=a)(PORT=1)(HOST=b)(PORT=2)))'],
    ['a host in no address', '(DESCRIPTION=(HOST=b)(PORT=2)(ADDRESS=(HOST=a)(PORT=1)))'],
    ['a quoted name', '(DESCRIPTION=(ADDRESS=(HOST=a)(PORT=1))(ADDRESS=("HOST"=b)(PORT=2)))'],
    ['an escape', '(DESCRIPTION=(ADDRESS=(HOST=a)(PORT=1))(ADDRESS=(H\\OST=b)(P\\ORT=2)))'],
    ['a proxy', '(DESCRIPTION=(ADDRESS=(HOST=a)(PORT=1)(HTTPS_PROXY=b)(HTTPS_PROXY_PORT=2)))'],
    ['more than a host', 'a)(PORT=1))(ADDRESS=(PROTOCOL=TCP)(HOST=b:1521:hr'],
    ['a list whose ports are another\'s', 'a,b:1521/hr'],
  ])('of Oracle tell policy all they lead to, so %s is refused', (_what, connect) => {
    expect(() => jdbcTargets(`jdbc:oracle:thin:@${connect}`)).toThrow(/The property url is not usable/);
  });

  it('of Oracle may quote a value', () => {
    expect(jdbcTargets('jdbc:oracle:thin:@(DESCRIPTION=(ADDRESS=(PROTOCOL=TCPS)(HOST=a)(PORT=1))(SECURITY=(SSL_SERVER_CERT_DN="CN=a,O=hr"))(CONNECT_DATA=(SID=hr)))')).toEqual([{ host: 'a', port: 1 }]);
  });

  it('are joined by connectionProperties', () => {
    expect([...connectionProperties('useUnicode=true; characterEncoding=utf8;')]).toEqual([['useunicode', 'true'], ['characterencoding', 'utf8']]);
    expect(() => connectionProperties('nonsense')).toThrow(/name=value/);
  });
});
