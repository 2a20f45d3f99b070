import type { Document } from 'bson';
import type { Principals } from './principals.js';

type Command = (principals: Principals, database: string, command: Document) => Document;

function doing(work: (principals: Principals, database: string, command: Document) => void): Command {
  return (principals, database, command) => {
    work(principals, database, command);
    return {};
  };
}

export const PRINCIPAL_COMMANDS: Readonly<Record<string, Command>> = {
  createuser: doing((principals, db, command) => principals.createUser(db, command)),
  updateuser: doing((principals, db, command) => principals.updateUser(db, command)),
  dropuser: doing((principals, db, command) => principals.dropUser(db, command)),
  usersinfo: (principals, db, command) => ({ users: principals.usersInfo(db, command) }),
  createrole: doing((principals, db, command) => principals.createRole(db, command)),
  updaterole: doing((principals, db, command) => principals.updateRole(db, command)),
  droprole: doing((principals, db, command) => principals.dropRole(db, command)),
  rolesinfo: (principals, db, command) => ({ roles: principals.rolesInfo(db, command) }),
  grantrolestouser: doing((principals, db, command) => principals.changeRoles(db, command, 'User', true)),
  revokerolesfromuser: doing((principals, db, command) => principals.changeRoles(db, command, 'User', false)),
  grantrolestorole: doing((principals, db, command) => principals.changeRoles(db, command, 'Role', true)),
  revokerolesfromrole: doing((principals, db, command) => principals.changeRoles(db, command, 'Role', false)),
  grantprivilegestorole: doing((principals, db, command) => principals.changePrivileges(db, command, true)),
  revokeprivilegesfromrole: doing((principals, db, command) => principals.changePrivileges(db, command, false)),
};
