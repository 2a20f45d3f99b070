import { dialled } from './causeway-hosts.js';
import { describeFacadeAcceptance } from './describe-facade-acceptance.js';
import { describeSystemAcceptance } from './describe-system-acceptance.js';
import { describeKnownDifferences } from './proof.js';

describeSystemAcceptance(dialled);
describeFacadeAcceptance(dialled);
describeKnownDifferences(dialled);
