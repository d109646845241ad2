import { exerciseCommands } from '../../actions/exercise/exercise-commands';
import type { ExerciseExpectations } from '../../actions/exercise/expectations';
import { NOT_SIMULATED } from '../../actions/exercise/not-simulated';

/** A command of the exercise, ready to type. */
export interface GuidedCommand {
  readonly what: string;
  readonly command: string;
}

/** The exercise as a student types it, and what it shows on AWS only. */
export interface ExerciseGuide {
  readonly commands: readonly GuidedCommand[];
  readonly notSimulated: readonly string[];
}

/** The exercise on a rehearsal, which has applied the namespace and the Deployment already. */
export function exerciseGuide(expectations: ExerciseExpectations): ExerciseGuide {
  const commands = exerciseCommands(expectations);
  return {
    commands: [
      { what: 'Look at the nodes before', command: commands.nodesBefore },
      { what: 'Scale out', command: commands.scale(expectations.replicas) },
      { what: 'See what Karpenter launches', command: commands.nodeClaims },
      { what: 'Read it in its log', command: commands.log },
      { what: 'See the node', command: commands.nodes },
      { what: 'See the pods on it', command: commands.pods },
      { what: 'See its labels', command: commands.labels },
      { what: 'Scale back', command: commands.scale(0) },
    ],
    notSimulated: NOT_SIMULATED,
  };
}
