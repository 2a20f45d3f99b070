import { createReadStream } from 'node:fs';
import pg from 'pg';
import type { DatabaseServer } from '../../targets/database-server.js';

/** Everybody of the directory, as `peopleLdif` makes them, in the table, but for these. */
export const isAbsent = (number: number): boolean => number % 33 === 0;
const isTwice = (number: number): boolean => number % 50 === 1 && !isAbsent(number);
const isOutdated = (number: number): boolean => number % 100 === 7;
/** Rows of nobody, for so many people one. */
const NOBODY = 40;

const TABLE = 'create table people (uid varchar(64) primary key, employee varchar(64), mail varchar(200), title varchar(200))';
const PIECE = 5_000;

export async function clientOf({ host, port, user, password, database }: DatabaseServer): Promise<pg.Client> {
  const client = new pg.Client({ host, port, user, password, database });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** The table of `count` people: most as in the directory, some missing, some twice, some outdated, and rows of nobody. */
export async function fillTable(server: DatabaseServer, count: number): Promise<void> {
  const client = await clientOf(server);
  try {
    await client.query(TABLE);
    let rows: [string, string, string, string][] = [];
    const flush = async (): Promise<void> => {
      const columns = [0, 1, 2, 3].map((column) => rows.map((row) => row[column]));
      await client.query('insert into people select * from unnest($1::text[], $2::text[], $3::text[], $4::text[])', columns);
      rows = [];
    };
    for (let number = 0; number < count; number++) {
      const mail = `user${number}@example.com`;
      const title = `Engineer ${number % 9}`;
      if (!isAbsent(number)) rows.push([`user${number}`, String(1_000_000 + number), mail, isOutdated(number) ? 'Apprentice' : title]);
      if (isTwice(number)) rows.push([`second${number}`, String(1_000_000 + number), mail, title]);
      if (number % NOBODY === 0) rows.push([`nobody${number}`, `x${number}`, `nobody${number}@example.com`, 'Ghost']);
      if (rows.length >= PIECE) await flush();
    }
    await flush();
  } finally {
    await client.end();
  }
}

/** Lines of `ldapsearch -LLL`, of which those of one entry end with an empty one, as rows of a table beside the people. */
export async function copyDirectory(server: DatabaseServer, ldif: string): Promise<void> {
  const client = await clientOf(server);
  try {
    await client.query('drop table if exists directory; create table directory (uid text, employee text, mail text, title text)');
    let entry = new Map<string, string>();
    let entries: Map<string, string>[] = [];
    const flush = async (): Promise<void> => {
      const columns = ['uid', 'employeeNumber', 'mail', 'title'].map((name) => entries.map((one) => one.get(name) ?? null));
      await client.query('insert into directory select * from unnest($1::text[], $2::text[], $3::text[], $4::text[])', columns);
      entries = [];
    };
    let rest = '';
    for await (const chunk of createReadStream(ldif, 'utf8')) {
      const lines = (rest + String(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const at = line.indexOf(': ');
        if (at > 0) entry.set(line.slice(0, at), line.slice(at + 2));
        else if (line === '' && entry.has('uid')) entries.push(entry);
        if (line === '') entry = new Map();
        if (entries.length >= PIECE) await flush();
      }
    }
    await flush();
  } finally {
    await client.end();
  }
}

/** Situations by the data alone, without a line of ours: `linked` are pairs that were linked before, by uid of either side. */
export const INDEPENDENT = `
with pair as (select d.uid as source, p.uid as target from directory d join people p on p.employee = d.employee),
one as (select source, count(*) as number from pair group by source),
judged as (
  select case
      when l.source is not null and p.uid is not null then 'CONFIRMED'
      when l.source is not null then 'MISSING'
      when o.number is null then 'ABSENT'
      when o.number > 1 then 'AMBIGUOUS'
      else 'FOUND'
    end as situation
  from directory d left join linked l on l.source = d.uid left join people p on p.uid = l.target left join one o on o.source = d.uid
  union all
  select case when l.target is null then 'UNASSIGNED' else 'SOURCE_MISSING' end
  from people p left join linked l on l.target = p.uid
  where not exists (select 1 from pair r where r.target = p.uid and r.source not in (select source from linked))
    and not exists (select 1 from linked k join directory d on d.uid = k.source where k.target = p.uid)
)
select situation, count(*)::int as number from judged group by situation order by situation`;
