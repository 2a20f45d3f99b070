import { NAME, PASSWORD } from '../../../protocol/model/index.js';
import { attributes, object, password, string, textAt, type RestAttribute } from '../../engines/rest/index.js';
import { javaDate } from './java-date.js';
import { editTags, shownTags, wireTags } from './tags.js';

type Options = Parameters<typeof string>[0];
/** AWS decides it. */
const decided = (options: Options = {}): RestAttribute => string({ createOnly: true, unsent: 'always', ...options });
const date = (wire: string): RestAttribute => decided({ read: (user) => javaDate(textAt(user, wire)), notes: 'as Thu Jun 02 23:46:39 UTC 2022' });
const boundary = (options: Options): RestAttribute => string({ ...options, wire: 'PermissionsBoundary', longest: 2_048, read: (user) => textAt(user, 'PermissionsBoundary.PermissionsBoundaryArn') });

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_User.html */
export const account = attributes({
  [NAME]: string({ wire: 'UserName', required: true, longest: 64, notes: 'user name: letters, digits and +=,.@_-' }),
  __USER__: string({ wire: 'UserName', longest: 64, onRequest: true, notes: '__NAME__ under the name the documentation has for it, too' }),
  UserId: string({ readOnly: true }),
  Path: string({ cleared: '/', longest: 512, notes: 'such as /engineering/berlin/; / where none is given' }),
  [PASSWORD]: password({ wire: 'Password', notes: 'of the login profile, which is made and removed with it' }),
  Arn: decided(),
  CreatedDate: date('CreateDate'),
  PasswordLastUsed: date('PasswordLastUsed'),
  PermissionBoundary: boundary({ notes: 'ARN of the policy that bounds the user\'s permissions' }),
  PermissionsBoundary: boundary({ onRequest: true, notes: 'the same, as AWS spells it' }),
  Tags: object({ multi: true, read: shownTags, write: wireTags, edit: editTags, notes: 'given as {Key, Value} or as they are shown: {Project: "Meteor"}' }),
});
