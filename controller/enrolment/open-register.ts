import type { StoreConfig } from '../config/store-config.js';
import { silentLog } from '../log.js';
import type { Database } from '../store/database/database.js';
import { openDatabase } from '../store/database/open-database.js';
import { CertificateRegister } from './certificate-register.js';
import { importRegister, requireOwnRegister } from './import-register.js';
import { RegisterTable } from './register-table.js';

/** Where the register of a controller is. */
export interface RegisterPlace {
  readonly data: string;
  readonly store: StoreConfig;
}

/** The register of a controller that runs: in its database when others may share it (not read yet), else in its data folder. */
export async function registerOf({ data }: Pick<RegisterPlace, 'data'>, database: Database): Promise<CertificateRegister> {
  if (database.kind === 'postgresql') return new CertificateRegister(new RegisterTable(database));
  await requireOwnRegister(data);
  return CertificateRegister.open(data);
}

/** Does something with the register beside the controllers that use it. Rejects when the database cannot be asked. */
export async function withRegister<T>(place: RegisterPlace, work: (register: CertificateRegister) => Promise<T>): Promise<T> {
  if (place.store.url === undefined) {
    await requireOwnRegister(place.data);
    return work(await CertificateRegister.open(place.data));
  }
  const database = openDatabase(place, silentLog, { prepare: (opened) => importRegister(opened, place.data, silentLog) });
  try {
    const register = new CertificateRegister(new RegisterTable(database));
    await register.refresh();
    return await work(register);
  } finally {
    await database.close();
  }
}
