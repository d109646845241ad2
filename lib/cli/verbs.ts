import { extendVerb } from './extend/extend-verb';
import { deployVerb } from './deploy/deploy-verb';
import { planVerb } from './plan/plan-verb';
import { preflightVerb } from './preflight/preflight-verb';
import { rehearseVerb } from './rehearse/rehearse-verb';
import { scaleVerb } from './scale/scale-verb';
import { startVerb } from './start/start-verb';
import { statusVerb } from './status/status-verb';
import { sweepVerb } from './sweep/sweep-verb';
import { teardownVerb } from './teardown/teardown-verb';
import type { Verb } from './verb';
import { verifyVerb } from './verify/verify-verb';
import { watchVerb } from './watch/watch-verb';

/** Every verb of the command line, in the order of a class. */
export const VERBS: readonly Verb[] = [
  startVerb,
  planVerb,
  rehearseVerb,
  preflightVerb,
  deployVerb,
  statusVerb,
  watchVerb,
  scaleVerb,
  verifyVerb,
  extendVerb,
  teardownVerb,
  sweepVerb,
];
