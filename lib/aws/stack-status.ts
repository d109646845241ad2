/** What can be done with a stack in its status. */
export type StackReadiness =
  | {
    /**
     * - `usable`: it can be updated;
     * - `creating`, `updating`: CloudFormation is at work, and can be followed;
     * - `unstarted`: its name is taken, but it has no resources yet.
     */
    readonly kind: 'usable' | 'creating' | 'updating' | 'unstarted';
  }
  | {
    /** Nothing can be deployed in this status. */
    readonly kind: 'blocked';
    /** What the status means, in a sentence. */
    readonly meaning: string;
    readonly remedy: string;
  };

/** Removes a stack, whatever status it ended in. */
const TEAR_DOWN = 'Run `npm run lab -- teardown`, then deploy again.';

const BLOCKED: Readonly<Record<string, { readonly meaning: string; readonly remedy: string }>> = {
  ROLLBACK_COMPLETE: {
    meaning: 'An earlier deployment failed and was rolled back. What is left is an empty stack, which CloudFormation cannot update, only delete.',
    remedy: TEAR_DOWN,
  },
  ROLLBACK_FAILED: {
    meaning: 'An earlier deployment failed, and rolling it back failed too: some of its resources still exist and may be billed.',
    remedy: TEAR_DOWN,
  },
  CREATE_FAILED: {
    meaning: 'An earlier deployment failed and was not rolled back: what it made still exists and is billed.',
    remedy: TEAR_DOWN,
  },
  DELETE_FAILED: {
    meaning: 'An earlier class was not removed completely: CloudFormation could not delete some of its resources.',
    remedy: TEAR_DOWN,
  },
  UPDATE_ROLLBACK_FAILED: {
    meaning: 'An update failed, and rolling it back failed too.',
    remedy: 'Continue the rollback in the CloudFormation console, or run `npm run lab -- teardown`, then deploy again.',
  },
  ROLLBACK_IN_PROGRESS: {
    meaning: 'A deployment has failed, and CloudFormation is removing what it made.',
    remedy: 'Wait until the status is ROLLBACK_COMPLETE, then run `npm run lab -- teardown` and deploy again.',
  },
  DELETE_IN_PROGRESS: {
    meaning: 'CloudFormation is deleting the stack.',
    remedy: 'Wait until it is gone, then deploy again.',
  },
};

/** Reads from the status of a stack what can be done with it. */
export function stackReadiness(status: string): StackReadiness {
  const blocked = BLOCKED[status];
  if (blocked !== undefined) return { kind: 'blocked', ...blocked };
  if (status === 'CREATE_IN_PROGRESS') return { kind: 'creating' };
  if (status === 'REVIEW_IN_PROGRESS') return { kind: 'unstarted' };
  return status.endsWith('_IN_PROGRESS') ? { kind: 'updating' } : { kind: 'usable' };
}
