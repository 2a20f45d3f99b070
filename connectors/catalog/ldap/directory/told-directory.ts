import type { NativeTraffic } from '../../../framework/traffic.js';
import type { BindOutcome, Directory, DirectorySearch, EntryChange } from './contract.js';

type Tell = (request: NativeTraffic) => void;

/** The directory, with somebody told of each request before it is sent; who throws stops it. Values of attributes are left out. */
export function toldDirectory(directory: Directory, tell: Tell): Directory {
  const { searchBatches } = directory;
  return {
    url: directory.url,
    get transactionId() { return directory.transactionId; },
    set transactionId(id) { directory.transactionId = id; },
    server: directory.server,
    get permitTarget() { return directory.permitTarget; },
    set permitTarget(permit) { directory.permitTarget = permit; },
    rootDse: (signal) => directory.rootDse(signal),
    search: (search, signal) => {
      tell({ text: searchText(search), reads: true });
      return directory.search(search, signal);
    },
    ...(searchBatches === undefined ? {} : {
      searchBatches: (search, signal) => {
        tell({ text: searchText(search), reads: true });
        return searchBatches.call(directory, search, signal);
      },
    }),
    read: async (dn, attributes, signal) => {
      tell({ text: searchText({ base: dn, scope: 'base', filter: '(objectClass=*)', attributes }), reads: true });
      return directory.read(dn, attributes, signal);
    },
    add: async (dn, attributes, signal) => {
      tell({ text: ['add', `dn: ${dn}`, ...attributes.map(({ name, values }) => `${name}: ${counted(values.length)}`)].join('\n'), reads: false });
      return directory.add(dn, attributes, signal);
    },
    modify: async (dn, changes, signal) => {
      tell({ text: ['modify', `dn: ${dn}`, ...changes.map(changeText)].join('\n'), reads: false });
      return directory.modify(dn, changes, signal);
    },
    rename: async (dn, newRdn, newSuperior, signal) => {
      tell({ text: ['modrdn', `dn: ${dn}`, `newrdn: ${newRdn}`, ...(newSuperior === undefined ? [] : [`newsuperior: ${newSuperior}`])].join('\n'), reads: false });
      return directory.rename(dn, newRdn, newSuperior, signal);
    },
    remove: async (dn, tree, signal) => {
      tell({ text: [tree ? 'delete, with everything below' : 'delete', `dn: ${dn}`].join('\n'), reads: false });
      return directory.remove(dn, tree, signal);
    },
    checkPassword: async (dn, password, signal): Promise<BindOutcome> => {
      tell({ text: `bind\ndn: ${dn}`, reads: true });
      return directory.checkPassword(dn, password, signal);
    },
    bindAs: async (dn, password, signal) => {
      tell({ text: `bind\ndn: ${dn}`, reads: true });
      const bound = await directory.bindAs(dn, password, signal);
      return { ...bound, directory: toldDirectory(bound.directory, tell) };
    },
    isAlive: (signal) => directory.isAlive(signal),
    close: () => directory.close(),
  };
}

function searchText({ base, scope, filter, attributes, pageSize }: DirectorySearch): string {
  return [`search ${filter}`, `base: ${base}`, `scope: ${scope}`, ...(attributes === undefined ? [] : [`attributes: ${attributes.join(', ')}`]), ...(pageSize === undefined ? [] : [`page size: ${pageSize}`])].join('\n');
}

function changeText({ operation, attribute, values }: EntryChange): string {
  return `${operation}: ${attribute}${values.length === 0 ? '' : `, ${counted(values.length)}`}`;
}

const counted = (number: number): string => `(${number} ${number === 1 ? 'value' : 'values'})`;
