import { givenValues } from '../../../framework/given-values.js';
import { refuseValue } from '../cl/parameter-values.js';

export const { textsOf, singleText, secretOf } = givenValues(refuseValue);
