import mysql from 'mysql2';
import pg from 'pg';
import Cursor from 'pg-cursor';
import { COLUMNS } from './bench-target.js';
import type { DatabaseServer } from '../../targets/database-server.js';
import type { BenchDatabase } from './table-target.js';

const BLOCK = 1_000;

export async function postgresql(address: DatabaseServer): Promise<BenchDatabase> {
  const { host, port, database, user, password } = address;
  const client = new pg.Client({ host, port, database, user, password });
  await client.connect();
  return {
    name: 'PostgreSQL', driver: 'pg with pg-cursor', jdbcUrl: address.jdbcUrl, user, password,
    async execute(sql) { await client.query(sql); },
    async insert(table, rows) {
      const columns = COLUMNS.map((_, index) => rows.map((row) => row[index]));
      await client.query(`insert into ${table} (${COLUMNS.join(', ')}) select * from unnest(${COLUMNS.map((_, index) => `$${index + 1}::text[]`).join(', ')})`, columns);
    },
    async count(sql) {
      const cursor = client.query(new Cursor(sql, [], { rowMode: 'array', types: { getTypeParser: pg.types.getTypeParser } }));
      const block = () => new Promise<number>((resolve, reject) => {
        cursor.read(BLOCK, (error, rows, { fields }) => {
          const people = rows.map((row) => Object.fromEntries(fields.map(({ name }, index) => [name, row[index]])));
          if (error === undefined || (error as Error | null) === null) resolve(people.length);
          else reject(error);
        });
      });
      let count = 0;
      for (let rows = await block(); rows > 0; rows = await block()) count += rows;
      await cursor.close();
      return count;
    },
    async stop() {
      await client.end();
      await address.stop();
    },
  };
}

export async function mariadb(address: DatabaseServer): Promise<BenchDatabase> {
  const { host, port, database, user, password } = address;
  const connection = mysql.createConnection({ host, port, database, user, password });
  const asked = connection.promise();
  return {
    name: 'MariaDB', driver: 'mysql2 stream', jdbcUrl: address.jdbcUrl, user, password,
    async execute(sql) { await asked.query(sql); },
    async insert(table, rows) { await asked.query(`insert into ${table} (${COLUMNS.join(', ')}) values ?`, [rows]); },
    async count(sql) {
      let count = 0;
      for await (const row of connection.query(sql).stream({ highWaterMark: BLOCK })) if (row !== null) count++;
      return count;
    },
    async stop() {
      await asked.end();
      await address.stop();
    },
  };
}
