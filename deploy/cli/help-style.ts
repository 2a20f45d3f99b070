import { styleText } from 'node:util';
import type { HelpConfiguration } from 'commander';

/** For terminals; commander takes it away elsewhere. */
export const helpStyle: HelpConfiguration = {
  styleTitle: (text) => styleText('bold', text, { validateStream: false }),
  styleOptionTerm: (text) => styleText('cyan', text, { validateStream: false }),
  styleSubcommandTerm: (text) => styleText('cyan', text, { validateStream: false }),
};
