import { flag, guarded, integer, long, numbered, text, textList, withGroup } from '../../framework/properties.js';

const target = numbered(1, {
  host: text({ required: true, help: 'Name or IP address of the SSH server.' }),
  port: integer({ required: true, default: 22, help: 'TCP port of the SSH server.' }),
});

const session = numbered(2, {
  user: text({ required: true, help: 'User name to log in with.' }),
  password: guarded({ help: 'Password to log in with. Needed with PUBKEY as well, for sudo.' }),
  passphrase: guarded({ help: 'Passphrase of the private key. An empty text for a key without one.' }),
  privateKey: textList({ confidential: true, help: 'Private key for PUBKEY in PEM form, one line an item.' }),
  authenticationType: text({ required: true, default: 'PASSWORD', help: 'PASSWORD or PUBKEY.' }),
  prompt: text({ required: true, default: 'root@localhost:# ', help: 'Prompt of the remote shell, exactly as printed, with the blank at its end.' }),
  sudoCommand: text({ required: true, default: '/usr/bin/sudo', help: 'Full path of sudo on the server.' }),
  echoOff: flag({ required: true, default: true, help: 'Switch the echo of what is sent off. false: everything sent comes back.' }),
  terminalType: text({ required: true, default: 'vt102', help: 'Terminal type of the session; the server has to know it.' }),
  locale: text({ required: true, default: 'en_US.utf8', help: 'Value of LC_ALL, LANG and LANGUAGE with setLocale.' }),
  setLocale: flag({ required: true, default: false, help: 'Set LC_ALL, LANG and LANGUAGE of the session to locale.' }),
  connectionTimeout: integer({ required: true, default: 5000, help: 'Milliseconds after which a connection attempt is given up.' }),
  expectTimeout: long({ required: true, default: 5000, help: 'Milliseconds to wait for expected output.' }),
  throwOperationTimeoutException: flag({ required: true, default: true, help: 'Fail with an operation timeout when expected output does not come. false: go on without an error.' }),
  promptReadyTimeout: long({ default: 20, help: 'Milliseconds to wait for the prompt when a script asks whether it is there.' }),
});

/** Where an SSH session leads, how it is opened and how its shell is talked to; in the order of Java, where port and user have the same number. */
export const sessionProperties = withGroup('Basic Configuration Properties', { ...target, ...session });
