import { LabError } from '../../lab-error';
import type { CheckContext, StackInPlace } from './check';

/** What is known of the stack of the lab. */
export interface OwnStack {
  /** False where CloudFormation did not say: the check of the stack tells why. */
  readonly isKnown: boolean;
  /** @default - the lab is not deployed, or nothing is known of it */
  readonly stack?: StackInPlace;
}

/** The stack of the lab, for checks that have something to say without it too. */
export async function ownStack({ stack, signal }: CheckContext): Promise<OwnStack> {
  try {
    return { isKnown: true, stack: await stack() };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof LabError) return { isKnown: false };
    throw error;
  }
}

/** How many resources of a type the lab's own stack has in the account already. */
export async function ownCount(context: CheckContext, type: string): Promise<number> {
  const { stack } = await ownStack(context);
  return stack?.resources.filter((resource) => resource.type === type && resource.physicalId !== '').length ?? 0;
}
