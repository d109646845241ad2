import { LabError } from '../../lab-error';
import type { Check } from './check';
import { failed, passed } from './finding';

/** Who asks, and whether in the account that the lab is bound to. */
export const credentialsCheck: Check = {
  name: 'Credentials',
  asksAws: true,
  run: async ({ caller, lab }) => {
    try {
      const { account, arn } = await caller();
      const binding = lab.stack.account === undefined ? 'lab.yaml binds the lab to no account' : 'the account that lab.yaml names';
      return passed(`Account ${account}, ${binding}. You are ${arn}.`);
    } catch (error) {
      // Without them no other check can be made, so this is no warning.
      if (error instanceof LabError) return failed(error.message, error.remedy);
      throw error;
    }
  },
};
