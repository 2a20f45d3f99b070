import { dialling } from './causeway-hosts.js';
import { describeFacadeAcceptance } from './describe-facade-acceptance.js';
import { describeSystemAcceptance } from './describe-system-acceptance.js';
import { describeNeverShort } from './never-short.js';
import { describeKnownDifferences } from './proof.js';

describeSystemAcceptance(dialling);
describeFacadeAcceptance(dialling);
describeNeverShort(dialling);
describeKnownDifferences(dialling);
